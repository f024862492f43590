/// `[body, signature]` in deterministic CBOR: a record's bytes and an Ed25519 signature over its
/// domain and them.
public struct SignedRecord: Hashable, Sendable {
  public let body: [UInt8]
  public let signature: [UInt8]

  public init(_ body: CBOR, domain: String, by key: SigningKey) {
    self.body = body.encoded()
    signature = key.sign(domain: domain, self.body)
  }

  public init(_ file: [UInt8], byteCountMax: Int) throws(SealError) {
    guard file.count <= byteCountMax else { throw .badLength(UInt32(clamping: file.count)) }
    guard let parts = (try? CBOR.decode(file))?.arrayValue, parts.count == 2,
      let body = parts[0].bytesValue, let signature = parts[1].bytesValue, signature.count == 64
    else { throw .malformed("signed record") }
    self.body = body
    self.signature = signature
  }

  public var encoded: [UInt8] { CBOR.array([.bytes(body), .bytes(signature)]).encoded() }

  public func check(domain: String, by key: VerifyingKey) throws(SealError) {
    guard key.verifies(signature, domain: domain, over: body) else { throw .badSignature }
  }

  /// The fields of the body, which must be a map of version 1.
  public func fields() throws(SealError) -> RecordFields {
    guard let map = try? CBOR.decode(body) else { throw .malformed("record") }
    var fields = try RecordFields(map)
    guard try fields.take("v").uint == 1 else { throw .malformed("v") }
    return fields
  }
}

/// Takes the fields of a map one by one, so that none is missing and none is left.
public struct RecordFields {
  private var pairs: [CBORPair]

  public init(_ map: CBOR) throws(SealError) {
    guard let pairs = map.mapValue else { throw .malformed("record") }
    self.pairs = pairs
  }

  public mutating func take(_ name: String) throws(SealError) -> CBOR {
    guard let place = pairs.firstIndex(where: { $0.key == .text(name) }) else {
      throw .malformed(name)
    }
    return pairs.remove(at: place).value
  }

  public mutating func bytes(_ name: String, count: Int? = nil) throws(SealError) -> [UInt8] {
    guard let bytes = try take(name).bytesValue, count == nil || bytes.count == count else {
      throw .malformed(name)
    }
    return bytes
  }

  public mutating func number<Number: FixedWidthInteger>(
    _ name: String, as: Number.Type
  ) throws(SealError) -> Number {
    guard let value = try take(name).uint, let number = Number(exactly: value) else {
      throw .malformed(name)
    }
    return number
  }

  public mutating func verifyingKey(_ name: String) throws(SealError) -> VerifyingKey {
    guard let key = VerifyingKey(bytes: try bytes(name, count: 32)) else { throw .malformed(name) }
    return key
  }

  public mutating func fingerprint(_ name: String) throws(SealError) -> KeyFingerprint {
    let bytes = try bytes(name, count: KeyFingerprint.byteCount)
    guard let fingerprint = KeyFingerprint(bytes: bytes) else { throw .malformed(name) }
    return fingerprint
  }

  public func end() throws(SealError) {
    guard pairs.isEmpty else { throw .malformed("more fields than known") }
  }
}
