internal import CCrypto
internal import Crypto
internal import Foundation

/// HPKE base mode (RFC 9180) to an X-Wing key: ML-KEM-768 and X25519, HKDF-SHA256, AES-256-GCM.
/// One message per encapsulation, without associated data.
enum XWing {
  static let publicKeyLength = 1216
  static let encapsulatedLength = 1120
  static let tagLength = 16
  private static let suite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256

  /// Whether anything can be sealed to the key.
  ///
  /// swift-crypto takes any bytes of the right length and looks at them when it encapsulates: FIPS 203
  /// wants numbers below 3329, X25519 no point of small order. So one is made and dropped.
  static func isPublicKey(_ bytes: [UInt8]) -> Bool {
    guard let key = try? XWingMLKEM768X25519.PublicKey(rawRepresentation: bytes) else {
      return false
    }
    return (try? HPKE.Sender(recipientKey: key, ciphersuite: suite, info: Data())) != nil
  }

  static func publicKey(seed: DataKey) -> [UInt8] {
    [UInt8](privateKey(seed).publicKey.rawRepresentation)
  }

  /// - Parameter key: one that `isPublicKey` accepts.
  static func seal(
    _ plaintext: [UInt8], to key: [UInt8], info: [UInt8]
  ) -> (encapsulated: [UInt8], ciphertext: [UInt8]) {
    do {
      let recipient = try XWingMLKEM768X25519.PublicKey(rawRepresentation: key)
      var sender = try HPKE.Sender(
        recipientKey: recipient, ciphersuite: suite, info: Data(info))
      let ciphertext = try sender.seal(plaintext)
      return ([UInt8](sender.encapsulatedKey), [UInt8](ciphertext))
    } catch {
      fatalError("sealing to a checked key has no failure: \(error)")
    }
  }

  /// What `body` makes of the plaintext, which is wiped after; nil when it does not open.
  static func open<Result>(
    _ ciphertext: [UInt8], encapsulated: [UInt8], seed: DataKey, info: [UInt8],
    _ body: (UnsafeRawBufferPointer) -> Result
  ) -> Result? {
    guard
      var recipient = try? HPKE.Recipient(
        privateKey: privateKey(seed), ciphersuite: suite, info: Data(info),
        encapsulatedKey: Data(encapsulated)),
      var plaintext = try? recipient.open(ciphertext)
    else { return nil }
    return unsafe plaintext.withUnsafeMutableBytes { bytes in
      // SAFETY: wipes exactly the plaintext's own bytes.
      defer { unsafe OPENSSL_cleanse(bytes.baseAddress, bytes.count) }
      return unsafe body(UnsafeRawBufferPointer(bytes))
    }
  }

  private static func privateKey(_ seed: DataKey) -> XWingMLKEM768X25519.PrivateKey {
    // SAFETY: the key lends 32 bytes for the length of the call.
    let key = unsafe seed.withBytes { pointer in
      let bytes = unsafe UnsafeBufferPointer(start: pointer, count: DataKey.byteCount)
      return unsafe try? XWingMLKEM768X25519.PrivateKey(seedRepresentation: bytes, publicKey: nil)
    }
    guard let key else { fatalError("any 32 bytes are an X-Wing seed") }
    return key
  }
}
