internal import FluxgateRecording
internal import FluxgateSeal
internal import FluxgateSignal

/// A running digest of a stream's plaintext that does not depend on how blocks or chunks were cut.
///
/// SHA-256 over the rows in order; before a row with breaks, for each of their reasons in rising
/// order: 0xFF, the reason (u8), the sum of its missing counts (u64) and the row's sample number
/// (u64), little-endian. Breaks after the last row stand before the sample that would come next; of
/// those only the ones that lost something count, as the others may never have left the outlet.
/// Two replays of one capture give the same digests; keys, nonces and cuts do not enter.
struct StreamDigest: ~Copyable {
  private var hash = SHA256()
  private(set) var rowCount: UInt64 = 0
  private var breaks = RowBreaks()
  /// Number of the sample that would come next.
  private var nextSample: UInt64 = 0

  mutating func add(_ block: borrowing SampleBlock) {
    let header = block.header
    let gaps = (0..<header.discontinuityCount).map { header[discontinuity: $0] }
    add(
      block.rows, rowByteCount: block.layout.rowByteCount, firstSample: header.firstSample,
      gaps: gaps)
  }

  /// The same from a chunk that was opened again.
  mutating func add(_ chunk: OpenedChunk) {
    // SAFETY: the view is used while `chunk` is held.
    let rows = unsafe chunk.rows.span.bytes
    add(
      rows, rowByteCount: chunk.columns * chunk.type.byteCount, firstSample: chunk.firstSample,
      gaps: chunk.gaps)
  }

  private mutating func add(
    _ rows: RawSpan, rowByteCount: Int, firstSample: UInt64, gaps: [Discontinuity]
  ) {
    let count = rows.byteCount / rowByteCount
    var row = 0
    nextSample = firstSample
    for gap in gaps {
      let place = max(row, min(Int(gap.row), count))
      addRows(rows.extracting(row * rowByteCount..<place * rowByteCount), place - row)
      if gap.row > 0 { nextSample &+= gap.missing }
      row = place
      breaks.add(gap.reason, missing: gap.missing)
    }
    addRows(rows.extracting(row * rowByteCount..<count * rowByteCount), count - row)
    rowCount += UInt64(count)
  }

  consuming func finish() -> [UInt8] {
    breaks.keepLosses()
    settleBreaks()
    return hash.finish()
  }

  private mutating func addRows(_ rows: RawSpan, _ count: Int) {
    guard count > 0 else { return }
    settleBreaks()
    hash.update(rows)
    nextSample &+= UInt64(count)
  }

  private mutating func settleBreaks() {
    for (reason, missing) in breaks.takeAll() {
      var mark: [UInt8] = [0xFF, reason.rawValue]
      for number in [missing, nextSample] {
        for place in 0..<8 { mark.append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(place)))) }
      }
      hash.update(mark)
    }
  }
}

/// The breaks that stand before one row: a sum for each reason, however they were noted.
struct RowBreaks {
  private var missing: [DiscontinuityReason: UInt64] = [:]

  mutating func add(_ reason: DiscontinuityReason, missing count: UInt64) {
    missing[reason, default: 0] += count
  }

  /// Forgets the breaks that lost nothing.
  mutating func keepLosses() { missing = missing.filter { $0.value > 0 } }

  /// In the order of the reasons' numbers.
  mutating func takeAll() -> [(DiscontinuityReason, UInt64)] {
    guard !missing.isEmpty else { return [] }
    defer { missing.removeAll() }
    return missing.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value) }
  }
}
