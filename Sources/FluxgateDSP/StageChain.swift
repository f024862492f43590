public import FluxgateKernels

/// A stage chain at work on one stream: raw blocks in, decimated integers out.
///
/// Arithmetic is double precision in a fixed order with nothing fused, decimation is tied to the
/// input's sample numbers, and so the output does not depend on how the input was cut into blocks.
/// After a break the filters start from rest, with the first sample as zero level; outputs within
/// ``settlingSampleCount`` of it are marked. Filters before the decimation are causal: their delay
/// is ``filterDelay(atHertz:)``; that of the decimation is already in the row numbers. The last
/// `lookaheadSampleCount` inputs before a break get no output of their own. One value belongs to
/// one thread; `process` allocates nothing while the output has room.
public struct StageChain: ~Copyable, Sendable {
  /// A row before which the input is not continuous, and its sample number.
  public struct Break: Sendable, Hashable {
    public var row: Int
    public var sample: UInt64

    public init(row: Int, sample: UInt64) {
      self.row = row
      self.sample = sample
    }
  }

  public let definition: ChainDefinition
  public let rate: Double
  public let channelCount: Int
  /// Inputs after a break until the slowest pole has decayed to 1/1000 and the decimation filter's
  /// support holds only settled samples.
  public let settlingSampleCount: Int
  /// Inputs that must follow an output's own sample before it is made.
  public let lookaheadSampleCount: Int

  private static let tileRowCount = 64
  private let passesLevel: Bool
  private var rows: FloatRows
  private var tile: LaneTile
  private var cascade: BiquadCascade
  private var history: FIRHistory
  private var start: UInt64 = 0
  private var nextSample: UInt64?

  /// - Parameter rate: input samples a second.
  public init(
    definition: ChainDefinition, type: ElementType, channelCount: Int, rate: Double
  ) throws(ChainError) {
    try definition.check(channelCount: channelCount, rate: rate)
    let sections = definition.sections(rate: rate)
    guard sections.count <= ChainLimits.sections else { throw .sectionCount(sections.count) }
    self.definition = definition
    self.rate = rate
    self.channelCount = channelCount
    lookaheadSampleCount = AntiAlias.halfLength(factor: definition.factor)
    settlingSampleCount = Settling.sampleCount(sections) + lookaheadSampleCount
    passesLevel = definition.passesLevel
    let (scale, offset) = definition.calibration
    rows = FloatRows(type: type, channelCount: channelCount, scale: scale, offset: offset)
    tile = LaneTile(channelCount: channelCount, rowCapacity: StageChain.tileRowCount)
    cascade = BiquadCascade(sections: sections, channelCount: channelCount)
    history = FIRHistory(
      taps: AntiAlias.taps(factor: definition.factor), channelCount: channelCount)
  }

  /// Output storage that holds what blocks of up to `inputRows` rows make.
  public func makeOutput(forInputRows inputRows: Int) -> ProcessedRows {
    ProcessedRows(
      channelCount: channelCount, rowCapacity: inputRows / definition.factor + 2)
  }

  /// Delay of the filters before the decimation at a frequency, in input samples.
  public func filterDelay(atHertz frequency: Double) -> Double {
    cascade.sections.reduce(0) { $0 + $1.groupDelay(halfTurns: 2 * frequency / rate) }
  }

  /// Puts one block through the chain; `output` is emptied first.
  ///
  /// A `firstSample` that does not follow the block before is a break too.
  /// - Parameter raw: `rowCount` interleaved rows of little-endian elements.
  /// - Parameter breaks: rows of this block, ascending.
  public mutating func process(
    _ raw: RawSpan, rowCount: Int, firstSample: UInt64, breaks: [Break] = [],
    output: inout ProcessedRows
  ) {
    precondition(raw.byteCount == rowCount * rows.rowByteCount, "a block of another size")
    precondition(output.channelCount == channelCount, "output for another number of channels")
    output.removeAll()
    let replacedBefore = rows.replacedCount
    if rowCount > 0, firstSample != nextSample { reset(raw, row: 0, sample: firstSample) }
    var row = 0
    for pause in breaks {
      precondition((row..<rowCount).contains(pause.row), "a break out of order or of the block")
      run(raw, row..<pause.row, &output)
      reset(raw, row: pause.row, sample: pause.sample)
      row = pause.row
    }
    run(raw, row..<rowCount, &output)
    output.replacedCount = rows.replacedCount &- replacedBefore
  }

  private mutating func reset(_ raw: RawSpan, row: Int, sample: UInt64) {
    rows.setBaseline(raw, row: row)
    cascade.reset()
    history.reset()
    start = sample
    nextSample = sample
  }

  private mutating func run(_ raw: RawSpan, _ range: Range<Int>, _ output: inout ProcessedRows) {
    for first in stride(from: range.lowerBound, to: range.upperBound, by: tile.rowCapacity) {
      let count = min(tile.rowCapacity, range.upperBound - first)
      rows.convert(raw, firstRow: first, count: count, into: &tile)
      cascade.run(&tile, count: count)
      for row in 0..<count { decimate(row, &output) }
    }
  }

  /// Takes one filtered row; makes an output when the centre of the support is a multiple of M.
  private mutating func decimate(_ row: Int, _ output: inout ProcessedRows) {
    guard let newest = nextSample else { return }
    history.push(tile, row: row)
    nextSample = newest &+ 1
    let age = newest &- start
    guard age >= UInt64(lookaheadSampleCount) else { return }
    let centre = newest - UInt64(lookaheadSampleCount)
    let factor = UInt64(definition.factor)
    guard centre.isMultiple(of: factor) else { return }
    let isSettling = centre - start < UInt64(settlingSampleCount)
    output.beginRow(number: centre / factor, settling: isSettling)
    quantise(into: &output)
  }

  private mutating func quantise(into output: inout ProcessedRows) {
    for group in 0..<tile.groupCount {
      var lanes = history.output(group: group)
      if passesLevel { lanes += rows.level[group] }
      lanes /= definition.quantum
      for lane in 0..<min(8, channelCount - 8 * group) { output.append(lanes[lane]) }
    }
  }
}
