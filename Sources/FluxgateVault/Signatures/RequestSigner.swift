internal import FluxgateLedger
public import FluxgateSeal

/// Signs requests to a vault server with a reader's key.
public struct RequestSigner: Sendable {
  private let secret: PatientSecret
  private let keyText: String

  public init(_ secret: PatientSecret) {
    self.secret = secret
    keyText = Base64.encode(Array(secret.publicKey.text.utf8))
  }

  /// The header fields to send, those of the signature among them.
  ///
  /// - Parameters:
  ///   - authority: host and port as the client's `Host` field will have them.
  ///   - path: as it goes over the wire, query apart.
  ///   - type: the body's `Content-Type`; nil without a body.
  ///   - now: seconds of UTC since 1970.
  public func fields(
    _ method: String, scheme: String, authority: String, path: String, query: String? = nil,
    type: String? = nil, body: [UInt8], now: Int64
  ) throws(SignatureError) -> [(name: String, value: String)] {
    var fields = [
      (name: ContentDigest.field, value: ContentDigest.value(of: body)),
      (name: RequestProof.keyField, value: keyText),
    ]
    if let type { fields.append((name: "content-type", value: type)) }
    let message = RequestMessage(
      method: method, scheme: scheme, authority: authority, path: path, query: query,
      fields: fields)
    let signature = try MessageSignature(
      signing: message, components: RequestProof.components(hasType: type != nil), created: now,
      keyID: secret.fingerprint, nonce: Base64.encode(RandomBytes.make(18)),
      tag: RequestProof.tag, label: RequestProof.label, by: secret.signing)
    fields.append((name: "signature-input", value: signature.inputField))
    fields.append((name: "signature", value: signature.signatureField))
    return fields
  }
}
