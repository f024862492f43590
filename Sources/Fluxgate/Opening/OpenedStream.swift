public import FluxgateRecording
internal import FluxgateSeal
public import FluxgateSignal

/// One stream of a recording after every chunk of it that the key opens was opened and decoded.
public struct OpenedStream: Sendable {
  /// What the opened rows come to beside what the gateway sealed about them.
  public enum Judgement: String, Sendable {
    /// Digest and number of rows are those that the gateway sealed.
    case equal
    /// They are not.
    case differs
    /// The number of rows fits; no digest was sealed, as after a kill.
    case noDigest
    /// The key opens some epochs only.
    case partial
  }

  /// A break, and its row counted from the stream's first.
  public struct Gap: Sendable {
    public let row: UInt64
    public let discontinuity: Discontinuity
  }

  /// Breaks that are kept; `gapCount` counts all.
  public static let mostGaps = 1000

  public let dataset: DatasetDescription
  /// Nil where metadata is missing.
  public let meta: StreamMeta?
  /// As the gateway counted and signed.
  public let counts: StreamCounts
  public let lockedEpochs: [UInt32]
  public private(set) var rowCount: UInt64 = 0
  public private(set) var chunkCount = 0
  /// Nanoseconds since 1970 of the first and the last row; nil without rows.
  public private(set) var firstTime: Int64?
  public private(set) var lastTime: Int64?
  public private(set) var gaps: [Gap] = []
  public private(set) var gapCount = 0
  /// Of the opened rows, by the rule of the sealed one.
  public internal(set) var digest: [UInt8] = []

  init(
    _ dataset: DatasetDescription, meta: StreamMeta?, counts: StreamCounts, lockedEpochs: [UInt32]
  ) {
    self.dataset = dataset
    self.meta = meta
    self.counts = counts
    self.lockedEpochs = lockedEpochs
  }

  public var name: String { meta?.name ?? "s\(dataset.stream)" }

  /// The digest that the gateway sealed at the end; nil when there was no end.
  public var sealedDigest: [UInt8]? { meta?.other["digest"]?.bytesValue }

  public var judgement: Judgement {
    if !lockedEpochs.isEmpty { return .partial }
    if rowCount != counts.stored { return .differs }
    guard let sealedDigest else { return .noDigest }
    return sealedDigest == digest ? .equal : .differs
  }

  mutating func add(_ chunk: OpenedChunk) {
    for gap in chunk.gaps {
      gapCount += 1
      guard gaps.count < Self.mostGaps else { continue }
      gaps.append(Gap(row: rowCount + UInt64(gap.row), discontinuity: gap))
    }
    chunkCount += 1
    guard chunk.rowCount > 0 else { return }
    rowCount += UInt64(chunk.rowCount)
    if firstTime == nil { firstTime = chunk.firstTime }
    lastTime = chunk.lastTime
  }
}
