import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport

@testable import FluxgateDevice

/// A virtual receiver read through the whole way, in no time.
final class DexcomBench {
  struct Gap: Equatable {
    var sample: UInt64
    var reason: DiscontinuityReason
    var missing: UInt64
  }

  let device: VirtualDexcom
  let board = DeviceBoard(name: "bench")
  private let clock: BenchClock
  private let mostPerRead: Int
  private let setup: DriverSetup
  private(set) var rows: [String: [[Int64]]] = [:]
  private(set) var gaps: [String: [Gap]] = [:]

  init(
    _ device: VirtualDexcom, length: Int64, from start: Int64 = 1_780_000_000_400_000_000,
    mostPerRead: Int = .max, setup: DriverSetup = DriverSetup(category: .glucose)
  ) {
    self.device = device
    self.mostPerRead = mostPerRead
    self.setup = setup
    clock = BenchClock(
      now: HostTime(nanoseconds: start), end: HostTime(nanoseconds: start + length))
  }

  func run() throws {
    let open = BenchTransport.opener(device, clock: clock, mostPerRead: mostPerRead)
    let acquisition = Acquisition(driver: DexcomDriver.make(setup), board: board, open: open)
    acquisition.run(link: try open(clock.now), until: StopFlag(), pause: { _ in })
    for outlet in board.announcement?.outlets ?? [] { drain(outlet) }
  }

  var end: Int64 { clock.now.nanoseconds }

  func named(_ stream: String) -> [[String: Int64]] {
    let outlets = board.announcement?.outlets ?? []
    let names =
      outlets.first { $0.description.name == stream }?.description.channels.map(\.name) ?? []
    return (rows[stream] ?? []).map { Dictionary(uniqueKeysWithValues: zip(names, $0)) }
  }

  func numbers(_ stream: String) -> [Int64] { (rows[stream] ?? []).map { $0[0] } }

  func lost(_ stream: String) -> UInt64 {
    (gaps[stream] ?? []).reduce(0) { $0 + $1.missing }
  }

  func truth(_ stream: String) -> [[Int64]] {
    guard let stream = device.truth.first(where: { $0.name == stream }) else { return [] }
    return Self.rows(stream.rows.span.bytes, stream.channelCount)
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
