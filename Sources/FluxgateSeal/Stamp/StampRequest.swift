internal import CCrypto

/// What an authority is asked to date: a SHA-256 digest (RFC 3161, section 2.4.1).
public struct StampRequest: Hashable, Sendable {
  public static let nonceByteCount = 8

  /// 32 bytes.
  public let digest: [UInt8]
  /// Ties the reply to this request, as an INTEGER's content; nil to check a stamp that was kept.
  public let nonce: [UInt8]?

  init(digest: [UInt8], nonce: [UInt8]?) {
    self.digest = digest
    self.nonce = nonce
  }

  /// A request that has not been sent before.
  public init(dating text: [UInt8]) {
    var nonce = RandomBytes.make(Self.nonceByteCount)
    // As an INTEGER: positive, and every byte counts.
    nonce[0] = nonce[0] & 0x7F | 0x40
    self.init(digest: SHA256.digest(text), nonce: nonce)
  }

  /// The question that any stamp of `text` answers.
  public init(keptFor text: [UInt8]) { self.init(digest: SHA256.digest(text), nonce: nil) }

  /// The DER to send: version, SHA-256 imprint, nonce, and the wish for the certificates.
  public var bytes: [UInt8] {
    let sha256: [UInt8] = [
      0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00,
    ]
    let imprint = Self.element(0x30, sha256 + Self.element(0x04, digest))
    let nonceElement = nonce.map { Self.element(0x02, $0) } ?? []
    return Self.element(0x30, [0x02, 0x01, 0x01] + imprint + nonceElement + [0x01, 0x01, 0xFF])
  }

  /// - Precondition: less than 128 bytes of content, so that its length is one byte.
  private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
    [tag, UInt8(content.count)] + content
  }
}
