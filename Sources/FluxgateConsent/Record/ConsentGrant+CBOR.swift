internal import FluxgateSeal

extension ConsentGrant {
  init(_ fields: inout RecordFields) throws(SealError) {
    let effect = try fields.take("effect").textValue.flatMap(Effect.init)
    guard let effect else { throw .malformed("effect") }
    let identity = try fields.number("identity", as: UInt8.self)
    guard let identity = IdentityLevel(rawValue: identity) else { throw .malformed("identity") }
    let parent = try fields.take("parent")
    self.init(
      id: try fields.consentID("id"), effect: effect,
      patient: try fields.fingerprint("patient"),
      parent: parent.bytesValue.flatMap(ConsentID.init(bytes:)),
      signer: try fields.fingerprint("signer"), grantee: try fields.grantee(),
      categories: try fields.set("categories", Self.category),
      actions: try fields.set("actions") { $0.textValue.flatMap(ConsentAction.init) },
      purposes: try fields.set("purposes") { Code.checked($0, Code.isPurpose) },
      terms: try fields.set("terms", mayBeEmpty: true) { Code.checked($0, Code.isTerm) },
      valid: try fields.window("valid"), data: try fields.window("data"), identity: identity,
      delegation: try fields.delegation(Self.category),
      termsDigest: try fields.bytes("terms-digest", count: 32),
      receipt: try fields.bytes("receipt", count: 16), created: try fields.instant("created"))
    guard parent == .null || self.parent != nil else { throw .malformed("parent") }
    try checkWhole()
  }

  /// What no single field shows.
  private func checkWhole() throws(SealError) {
    guard valid.until != nil else { throw .malformed("valid") }
    guard (parent == nil) == (signer == patient), parent != id else { throw .malformed("parent") }
    // A denial is the patient's alone, and passes nothing on.
    if effect == .deny, parent != nil || delegation != nil { throw .malformed("effect") }
    if let delegation {
      guard delegation.depth > 0, delegation.categories.isSubset(of: categories) else {
        throw .malformed("delegation")
      }
    }
  }

  var cbor: CBOR {
    .record([
      "v": .unsigned(1), "kind": .text("grant"), "id": .bytes(id.bytes),
      "effect": .text(effect.rawValue), "patient": .bytes(patient.bytes),
      "parent": parent.map { .bytes($0.bytes) } ?? .null, "signer": .bytes(signer.bytes),
      "grantee": .array([
        .text(grantee.name), .bytes(grantee.kem), .bytes(grantee.signing.bytes),
      ]),
      "categories": Self.cbor(categories),
      "actions": CanonicalSet.cbor(actions.map { .text($0.rawValue) }),
      "purposes": CanonicalSet.cbor(purposes.map(CBOR.text)),
      "terms": CanonicalSet.cbor(terms.map(CBOR.text)),
      "valid": Instant.cbor(valid), "data": Instant.cbor(data),
      "identity": .unsigned(UInt64(identity.rawValue)),
      "delegation": delegation.map {
        .array([.unsigned(UInt64($0.depth)), Self.cbor($0.categories)])
      } ?? .null,
      "terms-digest": .bytes(termsDigest), "receipt": .bytes(receipt), "created": .int(created),
    ])
  }

  private static func cbor(_ categories: Set<UInt16>) -> CBOR {
    CanonicalSet.cbor(categories.map { .unsigned(UInt64($0)) })
  }

  fileprivate static func category(_ value: CBOR) -> UInt16? {
    value.uint.flatMap(UInt16.init(exactly:))
  }
}

extension RecordFields {
  fileprivate mutating func grantee() throws(SealError) -> PatientPublicKey {
    guard let parts = try take("grantee").arrayValue, parts.count == 3,
      let name = parts[0].textValue, let kem = parts[1].bytesValue,
      let signing = parts[2].bytesValue.flatMap(VerifyingKey.init(bytes:)),
      let key = PatientPublicKey(name: name, kem: kem, signing: signing)
    else { throw .malformed("grantee") }
    return key
  }

  fileprivate mutating func delegation(
    _ category: (CBOR) -> UInt16?
  ) throws(SealError) -> ConsentGrant.Delegation? {
    let value = try take("delegation")
    if value == .null { return nil }
    guard let parts = value.arrayValue, parts.count == 2,
      let depth = parts[0].uint.flatMap(UInt8.init(exactly:)),
      let categories = CanonicalSet.read(parts[1], category), !categories.isEmpty
    else { throw .malformed("delegation") }
    return ConsentGrant.Delegation(depth: depth, categories: categories)
  }

  fileprivate mutating func instant(_ name: String) throws(SealError) -> Int64 {
    guard let instant = Instant.read(try take(name)) else { throw .malformed(name) }
    return instant
  }
}
