/// One data key and its place within a recording.
public struct CapsuleKey: Sendable {
  public let category: UInt16
  public let epoch: UInt32
  public let key: DataKey

  public init(category: UInt16, epoch: UInt32, key: DataKey) {
    self.category = category
    self.epoch = epoch
    self.key = key
  }
}

/// What a capsule tells in the open about one of its keys.
public struct CapsuleEntry: Hashable, Sendable {
  public let category: UInt16
  public let epoch: UInt32
  /// 16 bytes, equal to the one in the manifest.
  public let commitment: [UInt8]

  /// Capsules list their keys in this order.
  func precedes(_ other: CapsuleEntry) -> Bool {
    (epoch, category) < (other.epoch, other.category)
  }

  var cbor: CBOR {
    .array([.unsigned(UInt64(category)), .unsigned(UInt64(epoch)), .bytes(commitment)])
  }

  init(category: UInt16, epoch: UInt32, commitment: [UInt8]) {
    self.category = category
    self.epoch = epoch
    self.commitment = commitment
  }

  init?(_ value: CBOR) {
    guard let items = value.arrayValue, items.count == 3,
      let category = items[0].uint.flatMap(UInt16.init(exactly:)),
      let epoch = items[1].uint.flatMap(UInt32.init(exactly:)),
      let commitment = items[2].bytesValue, commitment.count == KeyCommitment.byteCount
    else { return nil }
    self.init(category: category, epoch: epoch, commitment: commitment)
  }
}
