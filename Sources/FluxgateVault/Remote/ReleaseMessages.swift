internal import FluxgateConsent
internal import FluxgateSeal

/// Requests and answers as they go over the wire (``VaultRequests``).
extension ReleaseRequest {
  public var encoded: [UInt8] {
    CBOR.record([
      "v": .unsigned(1), "recording": recording.map { .bytes($0) } ?? .null,
      "categories": .array(categories.sorted().map { .unsigned(UInt64($0)) }),
      "from": window.from.map { .int($0) } ?? .null,
      "until": window.until.map { .int($0) } ?? .null, "purpose": .text(purpose),
      "action": .text(action.rawValue), "identity": .unsigned(UInt64(identity.rawValue)),
    ]).encoded()
  }

  public init(encoded bytes: [UInt8]) throws(ServiceError) {
    let fields = try WireMap(bytes, count: 8)
    let categories = try fields.list("categories").compactMap {
      $0.uint.flatMap(UInt16.init(exactly:))
    }
    guard let action = fields["action"]?.textValue.flatMap(ConsentAction.init) else {
      throw .malformed("action")
    }
    guard
      let identity = fields["identity"]?.uint.flatMap(UInt8.init(exactly:))
        .flatMap(IdentityLevel.init)
    else { throw .malformed("identity") }
    guard let purpose = fields["purpose"]?.textValue else { throw .malformed("purpose") }
    try self.init(
      recording: try fields.optional("recording", \.bytesValue), categories: Set(categories),
      window: TimeWindow(
        from: try fields.optional("from", \.int), until: try fields.optional("until", \.int)),
      purpose: purpose, action: action, identity: identity)
    guard encoded == bytes else { throw .malformed("categories") }
  }
}

extension Release {
  public var encoded: [UInt8] {
    CBOR.record([
      "v": .unsigned(1), "id": .bytes(id), "consent": consent.map { .bytes($0.bytes) } ?? .null,
      "index": .unsigned(index), "objects": .array(objects.map(\.cbor)),
      "damaged": .array(damaged.map { .bytes($0) }),
    ]).encoded()
  }

  public init(encoded bytes: [UInt8]) throws(ServiceError) {
    let fields = try WireMap(bytes, count: 6)
    guard let id = fields["id"]?.bytesValue, id.count == 16 else { throw .malformed("id") }
    guard let index = fields["index"]?.uint else { throw .malformed("index") }
    let rows = try fields.list("objects")
    let objects = rows.compactMap(ReleasedName.init)
    guard objects.count == rows.count else { throw .malformed("objects") }
    let damaged = try fields.list("damaged").compactMap(\.bytesValue)
    guard damaged.allSatisfy({ $0.count == 16 }) else { throw .malformed("damaged") }
    let consent = try fields.optional("consent", \.bytesValue)
    self.init(
      id: id, consent: consent.flatMap(ConsentID.init(bytes:)), index: index, objects: objects,
      damaged: damaged)
    guard encoded == bytes else { throw .malformed("a field") }
  }
}

extension ReleasedName {
  fileprivate var cbor: CBOR {
    .array([
      .bytes(recording), .text(file), size.map { .unsigned($0) } ?? .null,
      sha256.map { .bytes($0) } ?? .null,
    ])
  }

  /// Nil for a name that could lead out of the recording's folder.
  fileprivate init?(_ value: CBOR) {
    guard let parts = value.arrayValue, parts.count == 4, let recording = parts[0].bytesValue,
      recording.count == 16, let file = parts[1].textValue, ObjectName.isValid(file)
    else { return nil }
    self.init(
      recording: recording, file: file, size: parts[2].uint, sha256: parts[3].bytesValue)
    guard sha256?.count ?? 32 == 32 else { return nil }
  }
}
