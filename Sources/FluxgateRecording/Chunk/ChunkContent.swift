public import FluxgateSignal

/// The rows of one chunk before coding and sealing, and the truth about their place in time.
public struct ChunkContent: Sendable, Hashable {
  public var stream: UInt32
  /// `rowCount` rows, columns side by side, little-endian.
  public var rows: [UInt8]
  public var rowCount: UInt32
  /// Number of the first row's sample since the stream began.
  public var firstSample: UInt64
  /// Nanoseconds since 1970 (`HostTime`) of the first and the last row.
  public var firstTime: Int64
  public var lastTime: Int64
  /// Breaks before a row of this chunk; `row == rowCount` stands after the last row. A chunk
  /// without rows carries losses alone.
  public var gaps: [Discontinuity]

  public init(
    stream: UInt32, rows: [UInt8], rowCount: UInt32, firstSample: UInt64, firstTime: Int64,
    lastTime: Int64, gaps: [Discontinuity] = []
  ) {
    self.stream = stream
    self.rows = rows
    self.rowCount = rowCount
    self.firstSample = firstSample
    self.firstTime = firstTime
    self.lastTime = lastTime
    self.gaps = gaps
  }

  static let mostGaps = 4096

  func fault(for dataset: DatasetDescription) -> ChunkFault? {
    guard rowCount <= dataset.rowsPerChunk else { return .rows(rowCount) }
    let expected = Int(rowCount) * dataset.rowByteCount
    guard rows.count == expected else { return .byteCount(rows.count, expected: expected) }
    guard gaps.count <= Self.mostGaps else { return .discontinuities(count: gaps.count) }
    var last: UInt32 = 0
    for (number, gap) in gaps.enumerated() {
      guard gap.row >= last, gap.row <= rowCount else { return .discontinuity(number: number) }
      last = gap.row
    }
    return nil
  }
}
