internal import FluxgateSeal
internal import FluxgateSignal

/// One chunk as a manifest lists it.
struct ManifestChunk: Hashable, Sendable {
  var index: UInt64
  var sequence: UInt64
  var epoch: UInt32
  /// Bytes of the sealed chunk and their SHA-256.
  var size: UInt32
  var digest: [UInt8]

  /// What the tree is made of.
  func leaf(_ stream: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: stream)
    bytes.append(littleEndian: index)
    bytes.append(littleEndian: sequence)
    return bytes + digest
  }

  var cbor: CBOR {
    .array([
      .unsigned(index), .unsigned(sequence), .unsigned(UInt64(epoch)), .unsigned(UInt64(size)),
      .bytes(digest),
    ])
  }

  init(index: UInt64, sequence: UInt64, epoch: UInt32, sealed: [UInt8]) {
    self.index = index
    self.sequence = sequence
    self.epoch = epoch
    size = UInt32(sealed.count)
    digest = SHA256.digest(sealed)
  }

  init?(_ value: CBOR) {
    guard let items = value.arrayValue, items.count == 5, let index = items[0].uint,
      let sequence = items[1].uint, let epoch = items[2].uint.flatMap(UInt32.init(exactly:)),
      let size = items[3].uint.flatMap(UInt32.init(exactly:)), let digest = items[4].bytesValue,
      digest.count == 32
    else { return nil }
    self.index = index
    self.sequence = sequence
    self.epoch = epoch
    self.size = size
    self.digest = digest
  }
}

/// One stream as a manifest lists it: its structure, its counts and its chunks in this segment.
struct ManifestStream: Hashable, Sendable {
  var dataset: DatasetDescription
  var first: UInt64
  var account = RowAccount()
  var chunks: [ManifestChunk] = []

  init(dataset: DatasetDescription, first: UInt64) {
    self.dataset = dataset
    self.first = first
  }

  var nextIndex: UInt64 { first + UInt64(chunks.count) }

  var cbor: CBOR {
    let lost = account.lost.sorted { $0.key < $1.key }.map {
      CBOR.array([.unsigned(UInt64($0.key)), .unsigned($0.value)])
    }
    let counts = CBOR.fields([
      "received": .unsigned(account.received), "stored": .unsigned(account.stored),
      "lost": .array(lost),
    ])
    var fields = dataset.fields
    fields["first"] = .unsigned(first)
    fields["filter"] = .unsigned(UInt64(SealedFilter.number))
    fields["fill"] = .bytes(dataset.type.fill)
    fields["counts"] = counts
    fields["chunks"] = .array(chunks.map(\.cbor))
    return CBOR.fields(fields)
  }

  init(_ value: CBOR) throws(DocumentFault) {
    var fields = try Fields(value)
    dataset = try DatasetDescription(&fields)
    first = try fields.number("first")
    guard try fields.number("filter", as: Int32.self) == SealedFilter.number else {
      throw .field("filter")
    }
    guard try fields.bytes("fill") == dataset.type.fill else { throw .field("fill") }
    account = try RowAccount(try fields.take("counts"))
    for chunk in try fields.array("chunks") {
      guard let chunk = ManifestChunk(chunk), chunk.index == nextIndex else {
        throw .field("chunks")
      }
      chunks.append(chunk)
    }
    try fields.end()
  }
}

extension RowAccount {
  init(_ value: CBOR) throws(DocumentFault) {
    self.init()
    var fields = try Fields(value)
    stored = try fields.number("stored")
    var last: UInt8 = 0
    for pair in try fields.array("lost") {
      guard let items = pair.arrayValue, items.count == 2,
        let reason = items[0].uint.flatMap(UInt8.init(exactly:)), reason > last,
        DiscontinuityReason(rawValue: reason) != nil, let count = items[1].uint, count > 0
      else { throw .field("lost") }
      lost[reason] = count
      last = reason
    }
    guard try fields.number("received", as: UInt64.self) == received else {
      throw .field("received")
    }
    try fields.end()
  }
}
