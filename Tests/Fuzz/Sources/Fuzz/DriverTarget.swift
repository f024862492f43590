import FluxgateDevice
import FluxgateSignal
import FluxgateTransport

/// A device's driver, from the line's bytes to the rings.
struct DriverTarget: FuzzTarget {
  let profile: DeviceProfile

  func take(_ bytes: [UInt8]) {
    let board = DeviceBoard(name: "fuzz")
    let watch = BoardWatch(board)
    let line = FuzzLine(bytes, beforeEachRead: watch.empty)
    let driver = DriverTable.make(
      profile, DriverSetup(category: profile.category, settings: profile.settings))
    let acquisition = Acquisition(driver: driver, board: board) {
      (time) throws(TransportError) in try line.reopen(at: time)
    }
    acquisition.run(link: line, until: StopFlag()) { _ in watch.empty() }
    watch.check()
  }
}

/// The rings of one device, once it has announced them.
private final class BoardWatch {
  private let board: DeviceBoard
  private var rings: [RingWatch] = []

  init(_ board: DeviceBoard) { self.board = board }

  func empty() {
    if rings.isEmpty { rings = (board.announcement?.outlets ?? []).map(RingWatch.init) }
    for ring in rings { ring.empty() }
  }

  func check() {
    empty()
    for ring in rings { ring.check() }
  }
}

/// A line whose bytes, pauses and breaks all come from the fuzzer.
///
/// The first byte of each piece says how long it is and what comes before it.
final class FuzzLine: Transport {
  let name = "fuzz"
  private(set) var now = HostTime(nanoseconds: 1_700_000_000_000_000_000)
  private let bytes: [UInt8]
  private let beforeEachRead: () -> Void
  private var place = 0
  private var isUp = true
  private var turns = 0

  init(_ bytes: [UInt8], beforeEachRead: @escaping () -> Void) {
    self.bytes = bytes
    self.beforeEachRead = beforeEachRead
  }

  func read(into buffer: inout [UInt8], until deadline: HostTime) throws(TransportError) -> Arrival
  {
    guard isUp else { throw .disconnected(errno: 0) }
    beforeEachRead()
    turns += 1
    guard place < bytes.count, turns < 20_000 else { throw .endOfCapture }
    let order = bytes[place]
    place += 1
    switch order {
    case 0xFF:
      isUp = false
      throw .disconnected(errno: 5)
    case 0xF0..<0xFF:
      now = max(now, deadline)
      return Arrival(byteCount: 0, time: now)
    default:
      return deliver(length(order), into: &buffer, until: deadline)
    }
  }

  func write(_ bytes: [UInt8]) throws(TransportError) {
    if !isUp { throw .disconnected(errno: 0) }
  }

  func reopen(at time: HostTime) throws(TransportError) -> any Transport {
    guard place < bytes.count else { throw .endOfCapture }
    now = max(now, time)
    isUp = true
    return self
  }

  private func length(_ order: UInt8) -> Int {
    order < 0xE0 ? Int(order) + 1 : (Int(order) - 0xDF) * 512
  }

  private func deliver(
    _ count: Int, into buffer: inout [UInt8], until deadline: HostTime
  ) -> Arrival {
    let count = min(count, bytes.count - place, buffer.count)
    now = min(now.advanced(by: .milliseconds(3)), max(now, deadline))
    guard count > 0 else { return Arrival(byteCount: 0, time: now) }
    buffer.replaceSubrange(0..<count, with: bytes[place..<place + count])
    place += count
    return Arrival(byteCount: count, time: now)
  }
}
