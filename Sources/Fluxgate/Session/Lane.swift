internal import FluxgateDSP
internal import FluxgateDevice
internal import FluxgateKernels
internal import FluxgateRecording
public import FluxgateSignal

/// One stream of one device on the processing thread: raw rows to chunks, and through its stage chain
/// to a processed stream's chunks.
///
/// Belongs to the processing thread once that runs; `chunks` and `view` are the far ends of rings.
final class Lane {
  let device: String
  var stream: AnnouncedStream { intake.stream }
  let raw: DatasetDescription
  let processed: ProcessedLane?
  /// Copies of blocks for the screen; when the screen is slow they are not made.
  let view: BlockRing
  private let intake: StreamIntake
  private var assembler: ChunkAssembler
  private var viewWriter: BlockRing.Writer

  init(
    device: String, intake: StreamIntake, dataset: UInt32, chain: ChainDefinition?,
    processedDataset: UInt32
  ) throws(ChainError) {
    self.device = device
    self.intake = intake
    let stream = intake.stream
    let description = stream.description
    let rows = ChunkShape.rows(rate: description.rate, rowByteCount: description.rowByteCount)
    raw = DatasetDescription(
      stream: dataset, category: description.category.rawValue, kind: description.kind,
      sampleType: description.sampleType, columns: UInt32(description.channels.count),
      rowsPerChunk: UInt32(rows))
    assembler = ChunkAssembler(
      dataset: dataset,
      layout: BlockLayout(
        sampleType: description.sampleType, channelCount: description.channels.count,
        rowCapacity: rows))
    view = BlockRing(layout: stream.ring.layout, slotCount: 32)
    viewWriter = view.claimWriter()
    if let chain, let rate = description.rate, description.measuresField {
      processed = try ProcessedLane(
        chain: chain, of: description, rate: rate, blockRows: stream.ring.layout.rowCapacity,
        dataset: processedDataset)
    } else {
      processed = nil
    }
  }

  var chunks: BlockRing { assembler.ring }

  /// Takes one block from the device's ring.
  ///
  /// - Returns: false when there was none.
  func step(now: HostTime) -> Bool {
    intake.next { block in
      assembler.append(block, now: now)
      processed?.append(block, now: now)
      _ = viewWriter.publish { $0.copy(from: block) }
    }
  }

  func closeOldChunks(now: HostTime) {
    assembler.closeIfOld(now: now)
    processed?.closeIfOld(now: now)
  }

  func closeAll() {
    assembler.close()
    processed?.close()
  }
}

extension StreamDescription {
  /// Stage chains are for magnetometers: a raw stream whose first channel is one.
  public var measuresField: Bool { kind == .raw && channels.first?.kind == "mag" }
}

/// How many rows a chunk holds: two seconds or 1 MiB, whichever is less.
enum ChunkShape {
  static let mostBytes = 1 << 20
  /// Rows of streams without a rate: a chunk of them closes by age long before.
  static let rowsWithoutRate = 256

  static func rows(rate: Double?, rowByteCount: Int) -> Int {
    let wanted = rate.map { Int((2 * $0).rounded(.up)) } ?? rowsWithoutRate
    return max(1, min(wanted, mostBytes / rowByteCount))
  }
}
