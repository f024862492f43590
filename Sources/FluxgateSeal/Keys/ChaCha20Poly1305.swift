internal import Crypto
internal import Foundation

/// ChaCha20-Poly1305 (RFC 8439) without associated data: what age files are made of.
enum ChaCha20Poly1305 {
  static let nonceLength = 12
  static let tagLength = 16

  /// Ciphertext and tag.
  static func seal(_ text: [UInt8], key: DataKey, nonce: [UInt8]) -> [UInt8] {
    guard let nonce = try? ChaChaPoly.Nonce(data: nonce),
      let box = try? ChaChaPoly.seal(text, using: key.symmetric, nonce: nonce)
    else { fatalError("sealing with a 12-byte nonce has no failure") }
    return [UInt8](box.ciphertext) + [UInt8](box.tag)
  }

  /// Nil when the tag does not fit.
  static func open(_ sealed: [UInt8], key: DataKey, nonce: [UInt8]) -> [UInt8]? {
    guard let box = try? ChaChaPoly.SealedBox(combined: nonce + sealed),
      let text = try? ChaChaPoly.open(box, using: key.symmetric)
    else { return nil }
    return [UInt8](text)
  }
}
