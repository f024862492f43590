internal import CCrypto

/// age's recipient "scrypt": the file key sealed under a key derived from a passphrase.
enum ScryptStanza {
  private static let type = "scrypt"
  private static let saltLength = 16
  private static let workMax = 22

  static func wrap(
    _ fileKey: [UInt8], passphrase: [UInt8], work: Int
  ) throws(LockError) -> AgeStanza {
    let salt = RandomBytes.make(saltLength)
    let key = try derive(passphrase, salt: salt, work: work)
    return AgeStanza(
      arguments: [type, Base64.encodeUnpadded(salt), String(work)],
      body: ChaCha20Poly1305.seal(fileKey, key: key, nonce: nonce))
  }

  /// The file key. A scrypt stanza stands alone: else whoever knows another key of the header could
  /// make a file that seems to come from one who knows the passphrase.
  static func unwrap(_ stanzas: [AgeStanza], passphrase: [UInt8]) throws(LockError) -> [UInt8] {
    guard let stanza = stanzas.first(where: { $0.arguments[0] == type }) else {
      throw .noPassphraseStanza
    }
    guard stanzas.count == 1 else { throw .header("a scrypt stanza that is not alone") }
    let arguments = stanza.arguments
    guard arguments.count == 3, let salt = Base64.decodeUnpadded(arguments[1]),
      salt.count == saltLength
    else { throw .header("arguments of scrypt") }
    guard stanza.body.count == 16 + ChaCha20Poly1305.tagLength else {
      throw .header("body of scrypt")
    }
    let key = try derive(passphrase, salt: salt, work: try work(arguments[2]))
    guard let fileKey = ChaCha20Poly1305.open(stanza.body, key: key, nonce: nonce) else {
      throw .wrongPassphrase
    }
    return fileKey
  }

  /// A decimal number without sign and leading zeros.
  private static func work(_ text: String) throws(LockError) -> Int {
    guard let work = Int(text), String(work) == text, work > 0 else {
      throw .header("work of scrypt")
    }
    return work
  }

  /// scrypt (RFC 7914) with r = 8 and p = 1.
  private static func derive(
    _ passphrase: [UInt8], salt: [UInt8], work: Int
  ) throws(LockError) -> DataKey {
    guard 1...workMax ~= work else { throw .tooMuchWork(work) }
    let salt = Array("age-encryption.org/v1/scrypt".utf8) + salt
    let steps = UInt64(1) << UInt64(work)
    let key = DataKey()
    var status: Int32 = 0
    unsafe key.withMutableBytes { target in
      // SAFETY: OpenSSL reads passphrase and salt within their lengths and writes 32 bytes.
      unsafe passphrase.withUnsafeBytes { bytes in
        status = unsafe EVP_PBE_scrypt(
          bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, salt, salt.count,
          steps, 8, 1, steps * 1024 + (1 << 20), target, DataKey.byteCount)
      }
    }
    guard status == 1 else { throw .noMemory }
    return key
  }

  /// The key seals one message only.
  private static let nonce = [UInt8](repeating: 0, count: ChaCha20Poly1305.nonceLength)
}
