internal import FluxgateSeal

/// The commitment to one category's data key in one epoch.
struct KeyCommitmentEntry: Hashable, Sendable {
  var category: UInt16
  var commitment: [UInt8]
}

extension [KeyCommitmentEntry] {
  var cbor: CBOR {
    .array(map { .array([.unsigned(UInt64($0.category)), .bytes($0.commitment)]) })
  }

  /// Nil unless categories rise and every commitment has 16 bytes.
  init?(_ value: CBOR) {
    guard let pairs = value.arrayValue else { return nil }
    self = []
    for pair in pairs {
      guard let items = pair.arrayValue, items.count == 2, let number = items[0].uint,
        let category = UInt16(exactly: number), let commitment = items[1].bytesValue,
        commitment.count == 16, last.map({ $0.category < category }) ?? true
      else { return nil }
      append(KeyCommitmentEntry(category: category, commitment: commitment))
    }
  }
}
