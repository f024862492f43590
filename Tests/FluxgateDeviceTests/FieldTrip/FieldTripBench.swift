import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport

/// Everything that a gateway read from a virtual server on a bench.
final class FieldTripBench {
  struct Row: Equatable {
    var sample: UInt64
    var bytes: [UInt8]
  }

  struct Loss: Hashable {
    var sample: UInt64
    var reason: DiscontinuityReason
    var missing: UInt64
    var timeStep: Int64
  }

  let device: VirtualFieldTripBuffer
  let board = DeviceBoard(name: "bench")
  private(set) var rows: [Row] = []
  private(set) var blockTimes: [HostTime] = []
  private(set) var losses: [Loss] = []
  private(set) var events: [[Int64]] = []
  /// Numbers of the events in their own stream.
  private(set) var eventNumbers: [UInt64] = []
  private(set) var eventLosses: [Loss] = []
  private var readers: Readers?

  init(_ settings: FieldTripServerSettings) { device = VirtualFieldTripBuffer(settings) }

  var lost: UInt64 { losses.reduce(0) { $0 + $1.missing } }
  func lost(_ reason: DiscontinuityReason) -> UInt64 {
    losses.reduce(0) { $0 + ($1.reason == reason ? $1.missing : 0) }
  }

  /// Lets the server run for so many seconds of the bench's clock.
  func run(seconds: Double, mostPerRead: Int = .max, setup: DriverSetup? = nil) {
    let start = HostTime(nanoseconds: 1_000_000_000_000_000_000)
    let clock = BenchClock(now: start, end: start.advanced(by: Int64(seconds * 1e9)))
    let inner = BenchTransport.opener(device, clock: clock, mostPerRead: mostPerRead)
    let open: Acquisition.Opener = { (time: HostTime) throws(TransportError) in
      let link = try inner(time)
      return DrainedLink(link) { [unowned self] in drain() }
    }
    let driver = FieldTripDriver.make(setup ?? DriverSetup(category: .neuro))
    let acquisition = Acquisition(driver: driver, board: board, open: open)
    guard let first = try? open(start) else { return }
    acquisition.run(link: first, until: StopFlag()) { _ in self.drain() }
    drain()
  }

  /// Rows by sample number against the truth; nil when all are equal.
  func firstDifference() -> UInt64? {
    let truth = device.truth[0]
    let size = truth.channelCount * truth.sampleType.byteCount
    for row in rows {
      let start = Int(row.sample) * size
      guard start + size <= truth.rows.count,
        truth.rows[start..<start + size].elementsEqual(row.bytes)
      else { return row.sample }
    }
    return nil
  }

  private func drain() {
    if readers == nil, let announcement = board.announcement { readers = Readers(announcement) }
    guard let readers else { return }
    while readers.raw.consume({ take(&$0) }) {}
    while readers.events.consume({ takeEvents(&$0) }) {}
  }

  private func take(_ block: inout SampleBlock) {
    note(block.header, into: &losses)
    blockTimes += block.rowCount > 0 ? [block.header.firstTime, block.header.lastTime] : []
    forEachRow(of: block) { rows.append(Row(sample: $0, bytes: $1)) }
  }

  private func takeEvents(_ block: inout SampleBlock) {
    note(block.header, into: &eventLosses)
    forEachRow(of: block) { number, bytes in
      eventNumbers.append(number)
      events.append(
        bytes.withUnsafeBytes { raw in
          (0..<7).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self) }
        })
    }
  }

  private func note(_ header: BlockHeader, into losses: inout [Loss]) {
    var number = header.firstSample
    for index in 0..<header.discontinuityCount {
      let gap = header[discontinuity: index]
      guard gap.reason != .streamStart else { continue }
      if gap.row > 0 { number += gap.missing }
      losses.append(
        Loss(
          sample: number + UInt64(gap.row), reason: gap.reason, missing: gap.missing,
          timeStep: gap.timeStep))
    }
  }

  private func forEachRow(of block: borrowing SampleBlock, _ body: (UInt64, [UInt8]) -> Void) {
    let size = block.layout.rowByteCount
    var skipped: UInt64 = 0
    var gap = 0
    for row in 0..<block.rowCount {
      while gap < block.header.discontinuityCount, block.header[discontinuity: gap].row <= row {
        if block.header[discontinuity: gap].row > 0 {
          skipped += block.header[discontinuity: gap].missing
        }
        gap += 1
      }
      let bytes = block.rows.extracting(row * size..<(row + 1) * size)
      body(block.header.firstSample + UInt64(row) + skipped, bytes.withUnsafeBytes { Array($0) })
    }
  }

  private final class Readers {
    var raw: BlockRing.Reader
    var events: BlockRing.Reader

    init(_ announcement: Announcement) {
      raw = announcement.outlets[0].ring.claimReader()
      events = announcement.outlets[announcement.outlets.count - 1].ring.claimReader()
    }
  }
}

/// A link after each read of which the rings are emptied.
final class DrainedLink: Transport {
  private let inner: any Transport
  private let drain: () -> Void

  init(_ inner: any Transport, drain: @escaping () -> Void) {
    self.inner = inner
    self.drain = drain
  }

  var name: String { inner.name }
  var now: HostTime { inner.now }
  func write(_ bytes: [UInt8]) throws(TransportError) { try inner.write(bytes) }
  func read(
    into buffer: inout [UInt8], until deadline: HostTime
  ) throws(TransportError) -> Arrival {
    drain()
    return try inner.read(into: &buffer, until: deadline)
  }
}
