import FluxgateDSP
import Testing

@Suite struct StageChainTests {
  static let filters: [ChainDefinition.Stage] = [
    .notch(frequency: 50, q: 30, harmonics: 2), .bandpass(order: 2, low: 1, high: 40),
  ]

  func chain(
    _ filters: [ChainDefinition.Stage] = filters, factor: Int, quantum: Double = 1,
    channels: Int
  ) throws -> StageChain {
    try StageChain(
      definition: ChainDefinition(stages: filters + [.decimate(factor: factor, quantum: quantum)]),
      type: .int32, channelCount: channels, rate: 1000)
  }

  /// All rows in blocks of the given sizes (repeated), as one list of rows.
  func run(
    _ codes: [Int32], channels: Int, factor: Int, cuts: [Int], firstSample: UInt64,
    breaks: [StageChain.Break] = []
  ) throws -> (values: [Int32], numbers: [UInt64], settling: [Bool]) {
    var chain = try chain(factor: factor, channels: channels)
    var output = chain.makeOutput(forInputRows: 100)
    var all: (values: [Int32], numbers: [UInt64], settling: [Bool]) = ([], [], [])
    var (row, next, turn) = (0, firstSample, 0)
    let rowCount = codes.count / channels
    while row < rowCount {
      let count = min(cuts[turn % cuts.count], rowCount - row)
      let bytes = Array(codes[(row * channels)..<((row + count) * channels)]).littleEndianBytes
      let here = breaks.filter { (row..<(row + count)).contains($0.row) }
        .map { StageChain.Break(row: $0.row - row, sample: $0.sample) }
      chain.process(
        bytes.span.bytes, rowCount: count, firstSample: next, breaks: here, output: &output)
      all.values += output.values
      all.numbers += output.numbers
      all.settling += output.settling
      next = (here.last.map { $0.sample + UInt64(count - $0.row) }) ?? next + UInt64(count)
      (row, turn) = (row + count, turn + 1)
    }
    return all
  }

  @Test(arguments: [[1], [7], [64, 1, 63], [100, 3], [1000]], [1, 9])
  func `results do not depend on how the input was cut`(cuts: [Int], channels: Int) throws {
    var random = Seeded(state: 11)
    let codes = random.driftingNoise(rows: 700, channels: channels)
    let breaks = [StageChain.Break(row: 333, sample: 5000)]
    let whole = try run(
      codes, channels: channels, factor: 3, cuts: [700], firstSample: 17, breaks: breaks)
    let cut = try run(
      codes, channels: channels, factor: 3, cuts: cuts, firstSample: 17, breaks: breaks)
    #expect(whole.values == cut.values)
    #expect(whole.numbers == cut.numbers)
    #expect(whole.settling == cut.settling)
    #expect(whole.numbers.count > 150)
  }

  @Test func `after a break the chain is as new`() throws {
    var random = Seeded(state: 12)
    let codes = random.driftingNoise(rows: 400, channels: 3)
    let broken = try run(
      codes, channels: 3, factor: 5, cuts: [400], firstSample: 0,
      breaks: [StageChain.Break(row: 150, sample: 1003)])
    let before = try run(
      Array(codes[..<450]), channels: 3, factor: 5, cuts: [400], firstSample: 0)
    let after = try run(
      Array(codes[450...]), channels: 3, factor: 5, cuts: [400], firstSample: 1003)
    #expect(broken.values == before.values + after.values)
    #expect(broken.numbers == before.numbers + after.numbers)
    #expect(after.numbers.first == 201)
  }

  @Test func `a block that does not follow the one before is a break`() throws {
    var chain = try chain([], factor: 1, channels: 1)
    var output = chain.makeOutput(forInputRows: 2)
    let bytes = [Int32(3), 4].littleEndianBytes
    chain.process(bytes.span.bytes, rowCount: 2, firstSample: 10, output: &output)
    #expect(output.numbers == [10, 11])
    chain.process(bytes.span.bytes, rowCount: 2, firstSample: 20, output: &output)
    #expect(output.numbers == [20, 21] && output.values == [3, 4])
  }

  @Test func `a constant keeps its physical value exactly`() throws {
    var chain = try chain(
      [.calibrate(scale: [0.5, 2], offset: [0, -7])], factor: 5, quantum: 0.25, channels: 2)
    var output = chain.makeOutput(forInputRows: 200)
    let bytes = (0..<200).flatMap { _ in [Int32(1001), -50] }.littleEndianBytes
    chain.process(bytes.span.bytes, rowCount: 200, firstSample: 0, output: &output)
    #expect(output.rowCount == 32)
    for row in 0..<output.rowCount {
      #expect(output.values[2 * row] == 2002 && output.values[2 * row + 1] == -428)
    }
  }

  @Test func `an impulse comes out at its own number`() throws {
    var chain = try chain([], factor: 4, channels: 1)
    var output = chain.makeOutput(forInputRows: 400)
    var codes = [Int32](repeating: 0, count: 400)
    codes[200] = 1_000_000
    chain.process(
      codes.littleEndianBytes.span.bytes, rowCount: 400, firstSample: 0, output: &output)
    let peak = output.values.enumerated().max { $0.element < $1.element }
    #expect(peak.map { output.numbers[$0.offset] } == 50)
    #expect(output.values[49] == output.values[51])
  }

  @Test func `outputs are marked until filters and support have settled`() throws {
    var chain = try chain(factor: 5, channels: 1)
    #expect(chain.lookaheadSampleCount == 42)
    var output = chain.makeOutput(forInputRows: 4000)
    let bytes = [Int32](repeating: 5, count: 4000).littleEndianBytes
    chain.process(bytes.span.bytes, rowCount: 4000, firstSample: 100, output: &output)
    let settling = chain.settlingSampleCount
    #expect((1500..<2000).contains(settling))
    for (number, isSettling) in zip(output.numbers, output.settling) {
      #expect(isSettling == (Int(number) * 5 - 100 < settling))
    }
    #expect(output.numbers.first == 20 && output.numbers.last == (4099 - 42) / 5)
  }

  @Test func `halves go to even and what does not fit is counted`() throws {
    var chain = try chain([], factor: 1, quantum: 2, channels: 1)
    var output = chain.makeOutput(forInputRows: 4)
    let bytes = [Int32(1), 3, 5, -3].littleEndianBytes
    chain.process(bytes.span.bytes, rowCount: 4, firstSample: 0, output: &output)
    #expect(output.values == [0, 2, 2, -2] && output.saturatedCount == 0)
    var fine = try self.chain([], factor: 1, quantum: 0.25, channels: 1)
    let large = [Int32.max, .min, 7, 0].littleEndianBytes
    fine.process(large.span.bytes, rowCount: 4, firstSample: 0, output: &output)
    #expect(output.values == [.max, .min, 28, 0] && output.saturatedCount == 2)
  }

  @Test func `an unusable float is replaced and counted, and poisons nothing`() throws {
    let definition = ChainDefinition(stages: [.decimate(factor: 1, quantum: 1)])
    var chain = try StageChain(
      definition: definition, type: .float32, channelCount: 1, rate: 100)
    var output = chain.makeOutput(forInputRows: 4)
    let bytes = [Float(8), .nan, .infinity, 9].withUnsafeBytes { [UInt8]($0) }
    chain.process(bytes.span.bytes, rowCount: 4, firstSample: 0, output: &output)
    #expect(output.values == [8, 8, 8, 9] && output.replacedCount == 2)
  }

  @Test func `64-bit codes far from zero keep their last bit behind a high-pass`() throws {
    let stages: [ChainDefinition.Stage] = [
      .highpass(order: 1, cutoff: 0.001), .decimate(factor: 1, quantum: 1),
    ]
    var chain = try StageChain(
      definition: ChainDefinition(stages: stages), type: .int64, channelCount: 1, rate: 1000)
    var output = chain.makeOutput(forInputRows: 3)
    let base = Int64(1) << 60
    let bytes = [base, base + 1, base - 3].withUnsafeBytes { [UInt8]($0) }
    chain.process(bytes.span.bytes, rowCount: 3, firstSample: 0, output: &output)
    #expect(output.values == [0, 1, -3])
  }

  @Test func `the delay of a low-pass at zero frequency is its slope of phase`() throws {
    let chain = try chain([.lowpass(order: 1, cutoff: 250)], factor: 1, channels: 1)
    #expect((chain.filterDelay(atHertz: 0) - 0.5).magnitude < 1e-12)
  }
}
