import FluxgateDSP
import Foundation
import Testing

/// The same samples through SciPy. Skipped where SciPy is not installed, unless
/// FLUXGATE_REQUIRE_PEERS=1.
@Suite(.enabled(if: SciPy.isWanted, "python3 with scipy is not installed"))
struct StageChainSciPyTests {
  /// SciPy's rows at every `factor`-th sample and ours in physical units.
  func compare(
    _ codes: [Int32], channels: Int, rate: Double, line: Double, band: ClosedRange<Double>?,
    factor: Int, quantum: Double
  ) throws -> (scipy: [Double], ours: ProcessedRows) {
    var stages: [ChainDefinition.Stage] = []
    if line > 0 { stages.append(.notch(frequency: line, q: 30, harmonics: 64)) }
    if let band {
      stages.append(.bandpass(order: 2, low: band.lowerBound, high: band.upperBound))
    }
    stages.append(.decimate(factor: factor, quantum: quantum))
    var chain = try StageChain(
      definition: ChainDefinition(stages: stages), type: .int32, channelCount: channels,
      rate: rate)
    let bytes = codes.littleEndianBytes
    let rowCount = codes.count / channels
    var ours = chain.makeOutput(forInputRows: rowCount)
    chain.process(bytes.span.bytes, rowCount: rowCount, firstSample: 0, output: &ours)
    let scipy = try SciPy.run(
      bytes,
      [
        Double(channels), rate, Double(factor), line, band?.lowerBound ?? 0, band?.upperBound ?? 0,
      ])
    return (scipy, ours)
  }

  func largestDifference(_ scipy: [Double], _ ours: ProcessedRows, quantum: Double) -> Double {
    zip(scipy, ours.values).map { ($0 - Double($1) * quantum).magnitude }.max() ?? .infinity
  }

  func peak(_ codes: [Int32]) -> Double { Double(codes.map(\.magnitude).max() ?? 0) }

  @Test(arguments: [
    (250.0, 1), (250.0, 17), (1000.0, 8), (1000.0, 5), (5000.0, 9), (5000.0, 2),
  ])
  func `notch and band-pass agree to 1e-9 of the peak`(rate: Double, channels: Int) throws {
    var random = Seeded(state: UInt64(rate) + UInt64(channels))
    let codes = random.driftingNoise(rows: 3000, channels: channels)
    let quantum = 1.0 / 8192
    let (scipy, ours) = try compare(
      codes, channels: channels, rate: rate, line: 50, band: 1...40, factor: 1, quantum: quantum)
    #expect(scipy.count == codes.count && ours.values.count == codes.count)
    #expect(ours.saturatedCount == 0)
    #expect(largestDifference(scipy, ours, quantum: quantum) <= 1e-9 * peak(codes))
  }

  @Test(arguments: [2, 5, 10], [1, 11])
  func `the decimation filter agrees to 1e-9 of the peak`(factor: Int, channels: Int) throws {
    var random = Seeded(state: UInt64(100 * factor + channels))
    let codes = random.driftingNoise(rows: 2003, channels: channels)
    let quantum = 1.0 / 2048
    let (scipy, ours) = try compare(
      codes, channels: channels, rate: 1000, line: 0, band: nil, factor: factor, quantum: quantum)
    #expect(scipy.count == ours.values.count && ours.saturatedCount == 0)
    #expect(largestDifference(scipy, ours, quantum: quantum) <= 1e-9 * peak(codes))
  }

  @Test func `notches without a high-pass keep the level`() throws {
    var random = Seeded(state: 60)
    let codes = random.driftingNoise(rows: 2000, channels: 3)
    let quantum = 1.0 / 2048
    let (scipy, ours) = try compare(
      codes, channels: 3, rate: 1000, line: 60, band: nil, factor: 4, quantum: quantum)
    #expect(scipy.count == ours.values.count && ours.saturatedCount == 0)
    #expect(largestDifference(scipy, ours, quantum: quantum) <= 1e-9 * peak(codes))
  }

  @Test func `the whole chain as stored agrees within one step`() throws {
    var random = Seeded(state: 77)
    let codes = random.driftingNoise(rows: 4000, channels: 6)
    let (scipy, ours) = try compare(
      codes, channels: 6, rate: 1000, line: 50, band: 1...40, factor: 5, quantum: 10)
    #expect(scipy.count == ours.values.count)
    let steps = zip(scipy, ours.values).map { ($0 / 10).rounded(.toNearestOrEven) - Double($1) }
    #expect(steps.allSatisfy { $0.magnitude <= 1 })
  }
}

enum SciPy {
  static let isWanted =
    ProcessInfo.processInfo.environment["FLUXGATE_REQUIRE_PEERS"] == "1" || isInstalled

  private static var isInstalled: Bool {
    (try? python(["-c", "import scipy.signal"])) == 0
  }

  /// The reference script's rows for these raw rows.
  static func run(_ raw: [UInt8], _ arguments: [Double]) throws -> [Double] {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("fluxgate-scipy-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = folder.appendingPathComponent("rows")
    let target = folder.appendingPathComponent("reference")
    try Data(raw).write(to: source)
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("scipy_reference.py")
    let status = try python(
      [script.path, source.path, target.path] + arguments.map(\.description))
    try #require(status == 0, "the reference script failed")
    let bytes = [UInt8](try Data(contentsOf: target))
    return bytes.withUnsafeBytes { raw in
      stride(from: 0, to: raw.count, by: 8).map {
        raw.loadUnaligned(fromByteOffset: $0, as: Double.self)
      }
    }
  }

  private static func python(_ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
