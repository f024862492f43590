import FluxgateSignal
import FluxgateTransport

/// What a link does to the bytes on it, whatever the protocol; times count from the bench's start.
enum LineTrouble: Sendable, Hashable {
  /// Every read gives one byte.
  case splitReads
  /// Bytes come only at every multiple of this.
  case lumps(Int64)
  /// What one arrival brought comes twice.
  case doubled(after: Int64)
  /// The link breaks, while the device goes on, and cannot be opened for a while.
  case cut(after: Int64, duration: Int64)
}

/// A link with a trouble, over any other link.
final class FaultyLine: Transport {
  private var inner: (any Transport)?
  private let state: TroubledLines
  private var arriving: [UInt8]
  private var waiting: [UInt8] = []
  private var taken = 0
  private var released = HostTime(nanoseconds: 0)
  private var hasEnded = false

  fileprivate init(_ inner: any Transport, _ state: TroubledLines) {
    self.inner = inner
    self.state = state
    arriving = [UInt8](repeating: 0, count: 1 << 16)
  }

  let name = "faulty line"
  var now: HostTime { state.now }

  func read(into buffer: inout [UInt8], until deadline: HostTime) throws(TransportError) -> Arrival
  {
    state.betweenReads()
    while true {
      if let count = deliver(into: &buffer) {
        state.note(buffer[0..<count])
        return Arrival(byteCount: count, time: now)
      }
      if hasEnded { throw .endOfCapture }
      try breakIfDue()
      if taken == waiting.count, now >= deadline { return Arrival(byteCount: 0, time: now) }
      let limit = taken < waiting.count ? min(deadline, released) : deadline
      guard try fetch(until: limit) || now < deadline else {
        return Arrival(byteCount: 0, time: now)
      }
    }
  }

  func write(_ bytes: [UInt8]) throws(TransportError) { try link().write(bytes) }

  func changeRate(to baud: UInt32) throws(TransportError) { try link().changeRate(to: baud) }

  private func link() throws(TransportError) -> any Transport {
    guard let inner else { throw .disconnected(errno: 0) }
    return inner
  }

  /// - Returns: whether bytes came.
  private func fetch(until limit: HostTime) throws(TransportError) -> Bool {
    do throws(TransportError) {
      let end = state.cut.map { now < $0.start ? min(limit, $0.start) : limit } ?? limit
      let count = try link().read(into: &arriving, until: end).byteCount
      guard count > 0 else { return false }
      if taken == waiting.count {
        waiting.removeAll(keepingCapacity: true)
        taken = 0
        released = state.release(of: now)
      }
      waiting += arriving[0..<count]
      if state.doublesArrival() { waiting += arriving[0..<count] }
      return true
    } catch .endOfCapture {
      // The bench ends before the next lump is due: what is under way still arrives.
      hasEnded = true
      released = now
      return false
    } catch {
      throw error
    }
  }

  private func deliver(into buffer: inout [UInt8]) -> Int? {
    guard taken < waiting.count, now >= released else { return nil }
    let most = state.trouble == .splitReads ? 1 : Int.max
    let count = min(waiting.count - taken, buffer.count, most)
    buffer.replaceSubrange(0..<count, with: waiting[taken..<taken + count])
    taken += count
    return count
  }

  private func breakIfDue() throws(TransportError) {
    guard let cut = state.cut, now >= cut.start, now < cut.end else { return }
    inner = nil
    throw .disconnected(errno: 0)
  }
}

/// Makes the links of one device, one after another, with the trouble they have.
final class TroubledLines {
  let trouble: LineTrouble?
  let betweenReads: () -> Void
  private let start: HostTime
  private let clock: () -> HostTime
  private let open: (HostTime) throws(TransportError) -> any Transport
  private var hasDoubled = false
  /// FNV-1a over every arrival's time and bytes: what distinguishes a troubled run from a quiet one.
  private(set) var mark: UInt64 = 0xCBF2_9CE4_8422_2325

  /// - Parameter betweenReads: called before every read, so that rings can be emptied.
  init(
    _ trouble: LineTrouble?, start: HostTime, clock: @escaping () -> HostTime,
    open: @escaping (HostTime) throws(TransportError) -> any Transport,
    betweenReads: @escaping () -> Void
  ) {
    self.trouble = trouble
    self.start = start
    self.clock = clock
    self.open = open
    self.betweenReads = betweenReads
  }

  var now: HostTime { clock() }

  func link(at time: HostTime) throws(TransportError) -> any Transport {
    if let cut, time >= cut.start, time < cut.end {
      throw .cannotOpen(name: "faulty line", errno: 2)
    }
    return FaultyLine(try open(time), self)
  }

  fileprivate var cut: (start: HostTime, end: HostTime)? {
    guard case .cut(let after, let duration) = trouble else { return nil }
    let begins = start.advanced(by: after)
    return (begins, begins.advanced(by: duration))
  }

  fileprivate func release(of time: HostTime) -> HostTime {
    guard case .lumps(let lump) = trouble else { return time }
    return HostTime(nanoseconds: (time.nanoseconds / lump + 1) * lump)
  }

  fileprivate func doublesArrival() -> Bool {
    guard case .doubled(let after) = trouble, !hasDoubled, now >= start.advanced(by: after)
    else { return false }
    hasDoubled = true
    return true
  }

  fileprivate func note(_ bytes: ArraySlice<UInt8>) {
    for byte in bytes { mark = (mark ^ UInt64(byte)) &* 0x100_0000_01B3 }
    mark = (mark ^ UInt64(bitPattern: now.nanoseconds)) &* 0x100_0000_01B3
  }
}
