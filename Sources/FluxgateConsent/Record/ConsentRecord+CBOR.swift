internal import FluxgateSeal

/// The body's fields, in `ConsentFormat`. Reading refuses whatever writing would not have made.
extension ConsentRecord {
  init(_ fields: inout RecordFields) throws(SealError) {
    switch try fields.take("kind").textValue {
    case "grant": self = .grant(try ConsentGrant(&fields))
    case "revocation": self = .revocation(try ConsentRevocation(&fields))
    default: throw .malformed("kind")
    }
  }

  var cbor: CBOR {
    switch self {
    case .grant(let grant): grant.cbor
    case .revocation(let revocation): revocation.cbor
    }
  }
}

extension ConsentRevocation {
  fileprivate init(_ fields: inout RecordFields) throws(SealError) {
    id = try fields.consentID("id")
    patient = try fields.fingerprint("patient")
    signer = try fields.fingerprint("signer")
    revokes = try fields.consentID("revokes")
    guard let at = Instant.read(try fields.take("at")) else { throw .malformed("at") }
    self.at = at
    let reason = try fields.take("reason")
    guard reason == .null || reason.textValue.map(Code.isReason) == true else {
      throw .malformed("reason")
    }
    self.reason = reason.textValue
    guard revokes != id else { throw .malformed("revokes") }
  }

  fileprivate var cbor: CBOR {
    .record([
      "v": .unsigned(1), "kind": .text("revocation"), "id": .bytes(id.bytes),
      "patient": .bytes(patient.bytes), "signer": .bytes(signer.bytes),
      "revokes": .bytes(revokes.bytes), "at": .int(at),
      "reason": reason.map(CBOR.text) ?? .null,
    ])
  }
}

extension RecordFields {
  mutating func consentID(_ name: String) throws(SealError) -> ConsentID {
    guard let id = ConsentID(bytes: try bytes(name, count: ConsentID.byteCount)) else {
      throw .malformed(name)
    }
    return id
  }

  /// An array of 1 to 64 values (0 to 64 where `mayBeEmpty`) whose bytes rise: none twice.
  mutating func set<Element: Hashable>(
    _ name: String, mayBeEmpty: Bool = false, _ element: (CBOR) -> Element?
  ) throws(SealError) -> Set<Element> {
    guard let items = CanonicalSet.read(try take(name), element), mayBeEmpty || !items.isEmpty
    else { throw .malformed(name) }
    return items
  }

  /// `[from or null, until or null]`, from before until.
  mutating func window(_ name: String) throws(SealError) -> TimeWindow {
    guard let ends = try take(name).arrayValue, ends.count == 2,
      let from = Instant.readEnd(ends[0]), let until = Instant.readEnd(ends[1])
    else { throw .malformed(name) }
    let window = TimeWindow(from: from, until: until)
    guard !window.isEmpty else { throw .malformed(name) }
    return window
  }
}
