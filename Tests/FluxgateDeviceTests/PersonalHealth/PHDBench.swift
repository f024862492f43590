import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport

@testable import FluxgateDevice

/// A virtual agent read through the whole way, in no time.
final class PHDBench {
  struct Gap: Equatable {
    var sample: UInt64
    var reason: DiscontinuityReason
    var missing: UInt64
  }

  let agent: VirtualAgent
  let board = DeviceBoard(name: "bench")
  private let clock: BenchClock
  private let mostPerRead: Int
  private let setup: DriverSetup
  private(set) var rows: [String: [[Int64]]] = [:]
  private(set) var gaps: [String: [Gap]] = [:]

  init(
    _ settings: VirtualAgent.Settings, length: Int64, mostPerRead: Int = .max,
    setup: DriverSetup = DriverSetup(category: .glucose)
  ) {
    agent = VirtualAgent(settings)
    self.mostPerRead = mostPerRead
    self.setup = setup
    let start: Int64 = 1_780_000_000_403_000_000
    clock = BenchClock(
      now: HostTime(nanoseconds: start), end: HostTime(nanoseconds: start + length))
  }

  func run() throws {
    let open = BenchTransport.opener(agent, clock: clock, mostPerRead: mostPerRead)
    let acquisition = Acquisition(driver: PHDDriver.make(setup), board: board, open: open)
    acquisition.run(link: try open(clock.now), until: StopFlag(), pause: { _ in })
    for outlet in board.announcement?.outlets ?? [] { drain(outlet) }
  }

  func truth(_ stream: String) -> [[Int64]] {
    guard let stream = agent.truth.first(where: { $0.name == stream }) else { return [] }
    return Self.rows(stream.rows.span.bytes, stream.channelCount)
  }

  func withheld(_ stream: String) -> [UInt64] {
    agent.truth.first { $0.name == stream }?.withheld ?? []
  }

  func lost(_ stream: String) -> UInt64 { (gaps[stream] ?? []).reduce(0) { $0 + $1.missing } }

  /// Rows without the report's number, which begins anew with an association, and the resolved time.
  func values(_ rows: [[Int64]]) -> [[Int64]] {
    rows.map { row in row.indices.filter { ![1, 14, 15].contains($0) }.map { row[$0] } }
  }

  /// Values and labels of the events of one kind.
  func events(_ kind: EventKind) -> [(label: String, value: Int64)] {
    (rows["events"] ?? []).filter { $0[3] == kind.rawValue }.map {
      (board.labels.all[Int($0[4])], $0[6])
    }
  }

  private func drain(_ outlet: AnnouncedStream) {
    let name = outlet.description.name
    var reader = outlet.ring.claimReader()
    while reader.consume({ (block: inout SampleBlock) in take(&block, name) }) {}
  }

  private func take(_ block: inout SampleBlock, _ name: String) {
    for index in 0..<block.header.discontinuityCount {
      let gap = block.header[discontinuity: index]
      guard gap.reason != .streamStart else { continue }
      gaps[name, default: []].append(
        Gap(
          sample: block.header.firstSample + UInt64(gap.row), reason: gap.reason,
          missing: gap.missing))
    }
    rows[name, default: []] += Self.rows(block.rows, block.layout.channelCount)
  }

  private static func rows(_ bytes: RawSpan, _ columns: Int) -> [[Int64]] {
    stride(from: 0, to: bytes.byteCount, by: columns * 8).map { start in
      (0..<columns).map { Int64(bitPattern: bytes.u64(at: start + $0 * 8) ?? 0) }
    }
  }
}
