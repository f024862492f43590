internal import FluxgateDSP
internal import FluxgateKernels
internal import FluxgateRecording
internal import FluxgateSignal

/// A raw stream's stage chain and the chunks of integers that it makes.
///
/// The stored rows have one column more than the raw ones: 1 while the filters still settle after a
/// break, else 0.
final class ProcessedLane {
  let dataset: DatasetDescription
  let chain: ChainDefinition
  let rate: Double
  let settlingSampleCount: Int
  private var stages: StageChain
  private var output: ProcessedRows
  private var breaks: [StageChain.Break] = []
  private var block: SampleBlock
  private var row: [Int32]
  private var assembler: ChunkAssembler
  /// Breaks of this block, and the last one before it: an output's gap has the reason of the break
  /// that it stands behind, however the blocks were cut.
  private var reasons: [(sample: UInt64, reason: DiscontinuityReason)] = [(0, .streamStart)]

  init(
    chain: ChainDefinition, of stream: StreamDescription, rate: Double, blockRows: Int,
    dataset number: UInt32
  ) throws(ChainError) {
    let chain = chain.calibrated(for: stream.channels)
    self.chain = chain
    self.rate = rate / Double(chain.factor)
    guard let type = ElementType(rawValue: stream.sampleType.rawValue) else {
      preconditionFailure("both enumerations are of the recording format")
    }
    let channels = stream.channels.count
    stages = try StageChain(
      definition: chain, type: type, channelCount: channels, rate: rate)
    settlingSampleCount = stages.settlingSampleCount
    output = stages.makeOutput(forInputRows: blockRows)
    row = [Int32](repeating: 0, count: channels + 1)
    let rows = ChunkShape.rows(rate: self.rate, rowByteCount: (channels + 1) * 4)
    dataset = DatasetDescription(
      stream: number, category: stream.category.rawValue, kind: .processed, sampleType: .int32,
      columns: UInt32(channels + 1), rowsPerChunk: UInt32(rows))
    let layout = { capacity in
      BlockLayout(sampleType: .int32, channelCount: channels + 1, rowCapacity: capacity)
    }
    block = SampleBlock(layout: layout(blockRows / chain.factor + 2))
    assembler = ChunkAssembler(dataset: number, layout: layout(rows))
    breaks.reserveCapacity(BlockHeader.discontinuityCapacity)
    reasons.reserveCapacity(BlockHeader.discontinuityCapacity + 1)
  }

  var chunks: BlockRing { assembler.ring }

  func append(_ raw: borrowing SampleBlock, now: HostTime) {
    collectBreaks(raw.header)
    guard raw.rowCount > 0 else { return }
    stages.process(
      raw.rows, rowCount: raw.rowCount, firstSample: raw.header.firstSample, breaks: breaks,
      output: &output)
    guard output.rowCount > 0 else { return }
    fill(from: raw)
    assembler.append(block, now: now)
  }

  func closeIfOld(now: HostTime) { assembler.closeIfOld(now: now) }
  func close() { assembler.close() }

  private func collectBreaks(_ header: BlockHeader) {
    breaks.removeAll(keepingCapacity: true)
    reasons.removeSubrange(0..<reasons.count - 1)
    var sample = header.firstSample
    for index in 0..<header.discontinuityCount {
      let gap = header[discontinuity: index]
      if gap.row > 0 { sample += gap.missing }
      reasons.append((sample + UInt64(gap.row), gap.reason))
      guard Int(gap.row) < header.rowCount else { continue }
      let place = StageChain.Break(row: Int(gap.row), sample: sample + UInt64(gap.row))
      if breaks.last?.row == place.row { breaks.removeLast() }
      breaks.append(place)
    }
  }

  /// Rows, numbers and times of the output as a block of the processed stream.
  private func fill(from raw: borrowing SampleBlock) {
    block.removeAll()
    var expected = assembler.nextSample
    for index in 0..<output.rowCount {
      let number = output.numbers[index]
      if number > expected, !block.header.isFull {
        block.header.note(
          Discontinuity(
            row: UInt32(index), reason: reason(before: number), missing: number - expected,
            timeStep: 0))
      }
      expected = number + 1
      for channel in 0..<row.count - 1 {
        row[channel] = output.values[index * output.channelCount + channel]
      }
      row[row.count - 1] = output.settling[index] ? 1 : 0
      // SAFETY: the bytes are copied before `row` changes.
      unsafe block.append(row.span.bytes)
    }
    block.header.firstSample = output.numbers[0]
    block.header.firstTime = time(of: output.numbers[0], in: raw)
    block.header.lastTime = time(of: output.numbers[output.rowCount - 1], in: raw)
  }

  private func reason(before number: UInt64) -> DiscontinuityReason {
    let sample = number &* UInt64(chain.factor)
    return (reasons.last { $0.sample <= sample } ?? reasons[0]).reason
  }

  /// The centre of an output row's support on the raw block's own line of time.
  private func time(of number: UInt64, in raw: borrowing SampleBlock) -> HostTime {
    let ahead = Int64(bitPattern: number &* UInt64(chain.factor) &- raw.header.firstSample)
    let period = 1e9 / (rate * Double(chain.factor))
    return raw.header.firstTime.advanced(by: Int64((Double(ahead) * period).rounded()))
  }
}

extension ChainDefinition {
  /// The chain with the channels' own scale and offset before it, unless it has a calibration, so
  /// that its quantum is in physical units.
  func calibrated(for channels: [Channel]) -> ChainDefinition {
    if case .calibrate? = stages.first { return self }
    let calibration = Stage.calibrate(
      scale: channels.map(\.scale), offset: channels.map(\.offset))
    return ChainDefinition(stages: [calibration] + stages)
  }
}
