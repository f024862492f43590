internal import FluxgateSeal

/// `{"body", "signature"}`: a document and the gateway's Ed25519 signature over its domain and body.
struct SignedEnvelope: Hashable, Sendable {
  enum Domain: String {
    case recording = "fluxgate/v1/recording"
    case manifest = "fluxgate/v1/manifest"
    case span = "fluxgate/v1/span"

    func message(_ body: [UInt8]) -> [UInt8] { Array(rawValue.utf8) + [0] + body }
  }

  var body: [UInt8]
  var signature: [UInt8]

  init(_ body: CBOR, in domain: Domain, by key: SigningKey) {
    self.body = body.encoded()
    signature = key.sign(domain.message(self.body))
  }

  init(_ file: [UInt8]) throws(DocumentFault) {
    guard let value = try? CBOR.decode(file) else { throw .encoding }
    var fields = try Fields(value)
    body = try fields.bytes("body")
    signature = try fields.bytes("signature", count: 64)
    try fields.end()
  }

  var encoded: [UInt8] {
    CBOR.fields(["body": .bytes(body), "signature": .bytes(signature)]).encoded()
  }

  /// The body, once `key` is seen to have signed it.
  func opened(in domain: Domain, by key: VerifyingKey) throws(DocumentFault) -> CBOR {
    guard key.verifies(signature, over: domain.message(body)) else { throw .signature }
    return try unverified()
  }

  /// The body without a look at its signature: to find out who claims to have signed.
  func unverified() throws(DocumentFault) -> CBOR {
    guard let value = try? CBOR.decode(body) else { throw .encoding }
    return value
  }
}
