internal import FluxgateRecording
internal import FluxgateSeal
internal import FluxgateSignal

/// A running digest of a stream's plaintext that does not depend on how chunks were cut.
///
/// SHA-256 over the rows in order; before a row with a break, 0xFF, the reason (u8), the missing
/// count (u64) and the row's sample number (u64), little-endian. Two replays of one capture give the
/// same digests; keys, nonces and cuts do not enter.
struct StreamDigest: ~Copyable {
  private var hash = SHA256()
  private(set) var rowCount: UInt64 = 0

  mutating func add(_ block: borrowing SampleBlock) {
    let header = block.header
    let rowBytes = block.layout.rowByteCount
    var row = 0
    var sample = header.firstSample
    for index in 0..<header.discontinuityCount {
      let gap = header[discontinuity: index]
      let place = min(Int(gap.row), block.rowCount)
      hash.update(block.rows.extracting(row * rowBytes..<place * rowBytes))
      sample += UInt64(place - row) + (place > 0 ? gap.missing : 0)
      row = place
      addBreak(gap, sample: sample)
    }
    hash.update(block.rows.extracting(row * rowBytes..<block.rowCount * rowBytes))
    rowCount += UInt64(block.rowCount)
  }

  /// The same from a chunk that was opened again.
  mutating func add(_ chunk: OpenedChunk) {
    let rowBytes = chunk.columns * chunk.type.byteCount
    var row = 0
    var sample = chunk.firstSample
    for gap in chunk.gaps {
      let place = max(row, min(Int(gap.row), chunk.rowCount))
      hash.update(Array(chunk.rows[row * rowBytes..<place * rowBytes]))
      sample &+= UInt64(place - row) &+ (place > 0 ? gap.missing : 0)
      row = place
      addBreak(gap, sample: sample)
    }
    hash.update(Array(chunk.rows[row * rowBytes..<chunk.rowCount * rowBytes]))
    rowCount += UInt64(chunk.rowCount)
  }

  consuming func finish() -> [UInt8] { hash.finish() }

  private mutating func addBreak(_ gap: Discontinuity, sample: UInt64) {
    var mark: [UInt8] = [0xFF, gap.reason.rawValue]
    for number in [gap.missing, sample] {
      for place in 0..<8 { mark.append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(place)))) }
    }
    hash.update(mark)
  }
}
