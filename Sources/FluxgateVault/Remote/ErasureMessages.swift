internal import FluxgateSeal

/// The answer to a tombstone as it goes over the wire (``VaultRequests``).
extension ErasureReceipt {
  public var encoded: [UInt8] {
    CBOR.record([
      "v": .unsigned(1), "tombstone": .bytes(tombstone), "index": .unsigned(index),
      "record": record.map { .bytes($0.record.bytes) } ?? .null,
      "salt": record.map { .bytes($0.salt) } ?? .null, "proof": .bytes(proof),
      "recordings": .array(recordings.map(\.cbor)),
    ]).encoded()
  }

  public init(encoded bytes: [UInt8]) throws(ServiceError) {
    let fields = try WireMap(bytes, count: 7)
    guard let tombstone = fields["tombstone"]?.bytesValue, tombstone.count == 16,
      let index = fields["index"]?.uint, let proof = fields["proof"]?.bytesValue
    else { throw .malformed("receipt") }
    let rows = try fields.list("recordings")
    let recordings = rows.compactMap(ErasedRecording.init)
    guard recordings.count == rows.count else { throw .malformed("recordings") }
    self.init(
      tombstone: tombstone, record: try fields.salted(), index: index, proof: proof,
      recordings: recordings)
  }
}

extension ErasedRecording {
  fileprivate var cbor: CBOR {
    .array([
      .text(recording), .bool(isWhole), Self.texts(removed), Self.texts(pending),
      Self.texts(unreplaced), Self.texts(unreadable),
    ])
  }

  fileprivate init?(_ value: CBOR) {
    guard let parts = value.arrayValue, parts.count == 6, let recording = parts[0].textValue,
      recordingID(recording) != nil, let isWhole = parts[1].boolValue
    else { return nil }
    let lists = parts[2...].compactMap { $0.arrayValue?.compactMap(\.textValue) }
    guard lists.count == 4 else { return nil }
    self.init(recording: recording, isWhole: isWhole)
    removed = lists[0]
    pending = lists[1]
    unreplaced = lists[2]
    unreadable = lists[3]
  }

  private static func texts(_ names: [String]) -> CBOR { .array(names.map { .text($0) }) }
}
