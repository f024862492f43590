internal import FluxgateLedger
public import FluxgateSeal

/// Finds out whose request it is. Any thread.
public struct RequestCheck: Sendable {
  private let nonces: NonceBook
  private let isOwn: @Sendable (String) -> Bool

  /// - Parameter isOwn: whether this server goes by an authority (lower case, without the scheme's own
  ///   port). A request that was signed for another server is not for this one.
  public init(nonces: NonceBook, isOwn: @escaping @Sendable (String) -> Bool) {
    self.nonces = nonces
    self.isOwn = isOwn
  }

  public enum Failure: Error, Sendable {
    case signature(SignatureError)
    /// Nonces cannot be kept: nothing can be accepted.
    case storage(VaultError)
  }

  /// The key whose holder signed this request, which was not seen before.
  ///
  /// - Parameter now: seconds of UTC since 1970.
  public func reader(
    of message: RequestMessage, body: [UInt8], now: Int64
  ) throws(Failure) -> PatientPublicKey {
    let (key, signature): (PatientPublicKey, MessageSignature)
    do {
      (key, signature) = try check(message, body, now)
    } catch {
      throw .signature(error)
    }
    guard try isFirst(signature, key, now) else { throw .signature(.replayed) }
    return key
  }

  private func check(
    _ message: RequestMessage, _ body: [UInt8], _ now: Int64
  ) throws(SignatureError) -> (PatientPublicKey, MessageSignature) {
    let signature = try signature(of: message)
    try checkCover(signature, hasBody: !body.isEmpty)
    try checkTime(signature, now)
    guard isOwn(message.normalAuthority) else { throw .wrongAuthority }
    try ContentDigest.check(try message.component(ContentDigest.field), of: body)
    let key = try key(of: message)
    guard signature.keyID == key.fingerprint else { throw .wrongKey }
    try signature.check(message, by: key.signing)
    return (key, signature)
  }

  private func signature(of message: RequestMessage) throws(SignatureError) -> MessageSignature {
    let names = Set(message.fields.map(\.name))
    guard names.contains("signature-input"), names.contains("signature") else { throw .unsigned }
    return try MessageSignature(
      input: try message.component("signature-input"),
      signature: try message.component("signature"))
  }

  private func checkCover(
    _ signature: MessageSignature, hasBody: Bool
  ) throws(SignatureError) {
    let covered = Set(signature.components)
    for name in RequestProof.components(hasType: hasBody) where !covered.contains(name) {
      throw .notCovered(name)
    }
    guard signature.tag == RequestProof.tag else { throw .notCovered("tag") }
    guard let nonce = signature.nonce, 16...128 ~= nonce.utf8.count else {
      throw .notCovered("nonce")
    }
  }

  private func checkTime(_ signature: MessageSignature, _ now: Int64) throws(SignatureError) {
    guard let created = signature.created else { throw .notCovered("created") }
    guard created <= now + RequestProof.aheadSeconds else { throw .tooEarly }
    guard now < created + RequestProof.lifetimeSeconds, now < signature.expires ?? .max else {
      throw .tooOld
    }
  }

  private func key(of message: RequestMessage) throws(SignatureError) -> PatientPublicKey {
    guard let bytes = Base64.decode(try message.component(RequestProof.keyField)),
      let text = String(validating: bytes, as: UTF8.self),
      let key = try? PatientPublicKey(text: text)
    else { throw .malformed(RequestProof.keyField) }
    return key
  }

  private func isFirst(
    _ signature: MessageSignature, _ key: PatientPublicKey, _ now: Int64
  ) throws(Failure) -> Bool {
    let expiry = (signature.created ?? now) + RequestProof.lifetimeSeconds
    do {
      return try nonces.enter(
        keyID: key.fingerprint, nonce: signature.nonce ?? "", until: expiry, now: now)
    } catch {
      throw .storage(error)
    }
  }
}
