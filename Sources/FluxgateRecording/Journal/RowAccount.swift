internal import FluxgateSignal

/// Rows of one chunk, stored and lost by cause: what is public about them.
struct RowAccount: Hashable, Sendable {
  var stored: UInt64 = 0
  /// Lost samples by reason code; never zero.
  var lost: [UInt8: UInt64] = [:]

  init() {}

  init(_ content: ChunkContent) {
    stored = UInt64(content.rowCount)
    for gap in content.gaps where gap.missing > 0 {
      lost[gap.reason.rawValue, default: 0] &+= gap.missing
    }
  }

  mutating func add(_ other: RowAccount) {
    stored &+= other.stored
    lost.merge(other.lost) { $0 &+ $1 }
  }

  var lostInAll: UInt64 { lost.values.reduce(0, &+) }
  var received: UInt64 { stored &+ lostInAll }

  /// As in the journal's chunk record: rows, then reasons in rising order.
  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt32(truncatingIfNeeded: stored))
    bytes.append(UInt8(lost.count))
    for (reason, missing) in lost.sorted(by: { $0.key < $1.key }) {
      bytes.append(reason)
      bytes.append(littleEndian: missing)
    }
    return bytes
  }

  init?(from reader: inout LittleEndianReader) {
    guard let rows = reader.number(UInt32.self), let count = reader.number(UInt8.self) else {
      return nil
    }
    stored = UInt64(rows)
    var last: UInt8 = 0
    for _ in 0..<count {
      guard let reason = reader.number(UInt8.self), reason > last,
        let missing = reader.number(UInt64.self), missing > 0,
        DiscontinuityReason(rawValue: reason) != nil
      else { return nil }
      lost[reason] = missing
      last = reason
    }
  }
}
