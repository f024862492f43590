internal import FluxgateConsent
internal import FluxgateSeal

extension TrailRecord {
  static let byteCountMax = 4096

  /// The one byte string of this record.
  public var bytes: [UInt8] {
    CBOR.record([
      "v": .unsigned(1), "kind": .text(kind.rawValue), "at": .int(at),
      "actor": .bytes(actor.bytes), "consent": .of(consent.map { .bytes($0.bytes) }),
      "recording": .of(recording.map { .bytes($0) }),
      "categories": .array(categories.sorted().map { .unsigned(UInt64($0)) }),
      "from": .of(window.from.map { .int($0) }), "until": .of(window.until.map { .int($0) }),
      "purpose": .of(purpose.map { .text($0) }), "action": .of(action.map { .text($0.rawValue) }),
      "identity": .of(identity.map { .unsigned(UInt64($0.rawValue)) }),
      "reason": .of(reason.map { .text($0) }), "objects": .of(objects.map { .bytes($0) }),
    ]).encoded()
  }

  /// Nil for anything but the bytes of a record: a field more, a value out of range, another order.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count <= Self.byteCountMax, let map = try? CBOR.decode(bytes),
      let kind = map["kind"]?.textValue.flatMap(Kind.init), let at = map["at"]?.int,
      let actor = map["actor"]?.bytesValue.flatMap(KeyFingerprint.init(bytes:))
    else { return nil }
    self.init(kind, at: at, by: actor)
    consent = map["consent"]?.bytesValue.flatMap(ConsentID.init(bytes:))
    recording = map["recording"]?.bytesValue
    categories = Set(
      map["categories"]?.arrayValue?.compactMap { $0.uint.flatMap(UInt16.init(exactly:)) } ?? [])
    window = TimeWindow(from: map["from"]?.int, until: map["until"]?.int)
    purpose = map["purpose"]?.textValue
    action = map["action"]?.textValue.flatMap(ConsentAction.init)
    identity = map["identity"]?.uint.flatMap(UInt8.init(exactly:)).flatMap(IdentityLevel.init)
    reason = map["reason"]?.textValue
    objects = map["objects"]?.bytesValue
    // What was not understood is missing in what is written again.
    guard recording?.count ?? 16 == 16, objects?.count ?? 32 == 32, self.bytes == bytes else {
      return nil
    }
  }
}

extension CBOR {
  fileprivate static func of(_ value: CBOR?) -> CBOR { value ?? .null }
}
