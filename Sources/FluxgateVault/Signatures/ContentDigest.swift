internal import FluxgateSeal

/// The `Content-Digest` field (RFC 9530): SHA-256 of a message's body.
public enum ContentDigest {
  public static let field = "content-digest"

  public static func value(of body: [UInt8]) -> String {
    "sha-256=\(StructuredItem.bytes(SHA256.digest(body)).text)"
  }

  /// Digests by other algorithms may stand beside SHA-256; they are not looked at.
  public static func check(_ value: String, of body: [UInt8]) throws(SignatureError) {
    guard let member = try StructuredReader.dictionary(value)["sha-256"] else {
      throw .unsupported("a content digest without sha-256")
    }
    guard case .item(.bytes(let digest), _) = member, digest.count == 32 else {
      throw .malformed(field)
    }
    guard digest == SHA256.digest(body) else { throw .wrongDigest }
  }
}
