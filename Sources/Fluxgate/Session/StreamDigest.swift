internal import FluxgateSeal
internal import FluxgateSignal

/// A running digest of a stream's plaintext that does not depend on how blocks or chunks were cut.
///
/// SHA-256 over the rows in order; before a row with breaks, for each of their reasons in rising
/// order: 0xFF, the reason (u8), the sum of its missing counts (u64) and the row's sample number
/// (u64), little-endian. Breaks after the last row stand before the sample that would come next.
/// Two replays of one capture give the same digests; keys, nonces and cuts do not enter.
struct StreamDigest: ~Copyable {
  private var hash = SHA256()
  private(set) var rowCount: UInt64 = 0
  private var breaks = RowBreaks()
  /// Number of the sample that would come next.
  private var nextSample: UInt64 = 0

  mutating func add(_ block: borrowing SampleBlock) {
    let header = block.header
    var row = 0
    nextSample = header.firstSample
    for index in 0..<header.discontinuityCount {
      let gap = header[discontinuity: index]
      let place = min(Int(gap.row), block.rowCount)
      addRows(block, from: row, to: place)
      if gap.row > 0 { nextSample += gap.missing }
      row = place
      breaks.add(gap.reason, missing: gap.missing)
    }
    addRows(block, from: row, to: block.rowCount)
    rowCount += UInt64(block.rowCount)
  }

  consuming func finish() -> [UInt8] {
    settleBreaks()
    return hash.finish()
  }

  private mutating func addRows(_ block: borrowing SampleBlock, from first: Int, to end: Int) {
    guard first < end else { return }
    settleBreaks()
    let rowBytes = block.layout.rowByteCount
    hash.update(block.rows.extracting(first * rowBytes..<end * rowBytes))
    nextSample += UInt64(end - first)
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

  /// In the order of the reasons' numbers.
  mutating func takeAll() -> [(DiscontinuityReason, UInt64)] {
    guard !missing.isEmpty else { return [] }
    defer { missing.removeAll() }
    return missing.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value) }
  }
}
