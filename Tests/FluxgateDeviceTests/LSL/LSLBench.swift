import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Testing

/// A virtual outlet read by the real driver on a virtual clock.
final class LSLBench {
  static let start = HostTime(nanoseconds: 1_000_000_000_000_000_000)

  let device: VirtualLSLOutlet
  let board = DeviceBoard(name: "bench")
  private(set) var streams: [CollectedStream] = []

  init(_ settings: LSLOutletSettings) { device = VirtualLSLOutlet(settings) }

  @discardableResult
  func run(seconds: Double, mostPerRead: Int = .max) throws -> LSLBench {
    let clock = BenchClock(now: Self.start, end: Self.start.advanced(by: Int64(seconds * 1e9)))
    return try run(BenchTransport.opener(device, clock: clock, mostPerRead: mostPerRead))
  }

  @discardableResult
  func run(_ inner: @escaping Acquisition.Opener) throws -> LSLBench {
    let open: Acquisition.Opener = { (time: HostTime) throws(TransportError) in
      DrainedLink(try inner(time)) { [unowned self] in drain() }
    }
    let acquisition = Acquisition(
      driver: LSLDriver.make(DriverSetup(category: .neuro)), board: board, open: open)
    acquisition.run(link: try open(Self.start), until: StopFlag()) { _ in self.drain() }
    drain()
    return self
  }

  private func drain() {
    if streams.isEmpty, let announcement = board.announcement {
      streams = announcement.outlets.map(CollectedStream.init)
    }
    for stream in streams { stream.drain() }
  }

  subscript(name: String) -> CollectedStream {
    get throws { try #require(streams.first { $0.stream.description.name == name }) }
  }

  func lost(_ reason: DiscontinuityReason) throws -> UInt64 {
    try self["lsl"].stream.counters.lostRows(reason)
  }

  func breaks(_ reason: DiscontinuityReason) throws -> Int {
    try self["lsl"].gaps.count { $0.reason == reason }
  }

  /// Rows of the events stream, with labels and texts.
  var events: [(time: Int64, label: String, text: String)] {
    guard let stream = streams.last else { return [] }
    let width = EventColumn.channels.count
    return (0..<stream.numbers.count).map { row in
      let value = { (column: EventColumn) in
        let start = (row * width + column.rawValue) * 8
        return stream.rows[start..<start + 8].reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
      }
      let isText = value(.valueTag) == 3
      return (
        value(.time), board.labels[Int(value(.label))],
        isText ? board.labels[Int(value(.value))] : ""
      )
    }
  }

  /// Every stored row is the one that was made under its number, and nothing is unaccounted for.
  func expectComplete(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let truth = device.truth[0]
    let found = try self["lsl"]
    let width = truth.channelCount * truth.sampleType.byteCount
    try #require(found.stream.description.sampleType == truth.sampleType)
    let wrong = found.numbers.enumerated().count { place, number in
      guard number < UInt64(truth.rowCount) else { return true }
      let made = truth.rows[Int(number) * width..<(Int(number) + 1) * width]
      return found.rows[place * width..<(place + 1) * width] != made
    }
    #expect(wrong == 0, sourceLocation: sourceLocation)
    #expect(
      UInt64(found.numbers.count) + found.lost == UInt64(truth.rowCount),
      sourceLocation: sourceLocation)
    #expect(found.numbers.count > 0, sourceLocation: sourceLocation)
  }

  /// The greatest difference between the times of blocks' last rows and when those were made.
  func worstTime(from first: UInt64 = 0) throws -> Int64 {
    let made = device.truthTimes
    return try self["lsl"].blockTimes
      .filter { $0.sample >= first && $0.sample < UInt64(made.count) }
      .map { abs($0.last.since(made[Int($0.sample)])) }.max() ?? .max
  }
}
