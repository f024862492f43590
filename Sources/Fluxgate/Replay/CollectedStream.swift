public import FluxgateSignal

/// The rows of one stream held in memory, and where it breaks: the same however blocks and chunks
/// were cut.
public struct CollectedStream: Sendable {
  /// A break before a row; breaks of one row are summed by reason.
  public struct Break: Sendable, Hashable {
    /// Place of the row among those held; the row count for breaks after the last row.
    public var row: Int
    /// Number of that row's sample.
    public var sample: UInt64
    public var reason: DiscontinuityReason
    public var missing: UInt64
  }

  /// `device.stream`.
  public let name: String
  public let sampleType: SampleType
  /// Names of the columns.
  public let channels: [String]
  /// Interleaved little-endian rows.
  public private(set) var rows: [UInt8] = []
  /// In rising order of row, then of reason.
  public private(set) var breaks: [Break] = []
  /// As a recording's sealed metadata has it; empty when it was not reckoned.
  public internal(set) var digest: [UInt8] = []
  private var waiting = RowBreaks()
  private var nextSample: UInt64 = 0

  init(name: String, sampleType: SampleType, channels: [String]) {
    precondition(!channels.isEmpty)
    self.name = name
    self.sampleType = sampleType
    self.channels = channels
  }

  public var rowByteCount: Int { channels.count * sampleType.byteCount }
  public var rowCount: Int { rows.count / rowByteCount }
  public var lostCount: UInt64 { breaks.reduce(0) { $0 + $1.missing } }

  /// Number of a row's sample.
  public func sample(of row: Int) -> UInt64 {
    guard let last = breaks.last(where: { $0.row <= row }) else { return UInt64(row) }
    return last.sample + UInt64(row - last.row)
  }

  /// Adds the rows of a block or a chunk, whose losses before row 0 are in `firstSample` already.
  mutating func append(_ bytes: [UInt8], firstSample: UInt64, gaps: [Discontinuity]) {
    let count = bytes.count / rowByteCount
    var row = 0
    nextSample = firstSample
    for gap in gaps {
      let place = max(row, min(Int(gap.row), count))
      appendRows(bytes, from: row, to: place)
      if gap.row > 0 { nextSample &+= gap.missing }
      row = place
      waiting.add(gap.reason, missing: gap.missing)
    }
    appendRows(bytes, from: row, to: count)
  }

  /// Notes the losses after the last row; other breaks there say nothing.
  mutating func finish() {
    waiting.keepLosses()
    settleBreaks()
  }

  private mutating func appendRows(_ bytes: [UInt8], from first: Int, to end: Int) {
    guard first < end else { return }
    settleBreaks()
    rows += bytes[first * rowByteCount..<end * rowByteCount]
    nextSample += UInt64(end - first)
  }

  private mutating func settleBreaks() {
    let row = rowCount
    for (reason, missing) in waiting.takeAll() {
      breaks.append(Break(row: row, sample: nextSample, reason: reason, missing: missing))
    }
  }
}
