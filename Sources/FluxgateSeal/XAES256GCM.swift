internal import CCrypto

/// XAES-256-GCM (C2SP): AES-256-GCM under a key derived from the data key and half of a random
/// 24-byte nonce, so that random nonces never run out.
///
/// Contexts are made once and hold no secret between uses. Belongs to one thread.
@safe struct XAES256GCM: ~Copyable {
  static let nonceLength = 24
  static let tagLength = AES256GCM.tagLength
  private var gcm = AES256GCM()
  private let block: OpaquePointer
  /// The key of the message at hand, in locked memory; nobody else holds it.
  private let derived = DataKey()

  init() {
    // SAFETY: the context is owned here and freed in deinit; the cipher is a static of OpenSSL.
    guard let made = unsafe EVP_CIPHER_CTX_new() else { fatalError("no memory for a cipher") }
    precondition(unsafe EVP_EncryptInit_ex(made, EVP_aes_256_ecb(), nil, nil, nil) == 1)
    precondition(unsafe EVP_CIPHER_CTX_set_padding(made, 0) == 1)
    unsafe block = made
  }

  deinit {
    // SAFETY: owned by this value alone; freeing wipes the key schedule.
    unsafe EVP_CIPHER_CTX_free(block)
  }

  /// Encrypts in place what lies between `start` and the last 16 bytes, which take the tag.
  mutating func seal(_ message: inout [UInt8], from start: Int, nonce: [UInt8], key: DataKey) {
    derive(from: key, nonce)
    gcm.seal(&message, from: start, nonce: Array(nonce.suffix(12)), key: derived)
    derived.wipe()
  }

  /// Decrypts in place. False when the tag does not fit: the text is then zeroed.
  mutating func open(
    _ message: inout [UInt8], from start: Int, nonce: [UInt8], key: DataKey
  ) -> Bool {
    derive(from: key, nonce)
    defer { derived.wipe() }
    return gcm.open(&message, from: start, nonce: Array(nonce.suffix(12)), key: derived)
  }

  /// Kx of the specification: CMAC under `key` of two one-block messages, which hold the counter,
  /// "X" and the first half of the nonce.
  private func derive(from key: DataKey, _ nonce: [UInt8]) {
    precondition(nonce.count == Self.nonceLength)
    // SAFETY: OpenSSL copies 32 bytes of key; each block written lies within the derived key's 32.
    unsafe key.withBytes { unsafe rekey($0) }
    unsafe derived.withMutableBytes { output in
      unsafe encrypt(SIMD16(repeating: 0), into: output)
      let subkey = Self.doubled(SIMD16((0..<16).map { unsafe output[$0] }))
      for counter: UInt8 in 1...2 {
        let message = SIMD16([0, counter, 0x58, 0] + nonce.prefix(12)) ^ subkey
        unsafe encrypt(message, into: output + (16 * Int(counter - 1)))
      }
    }
    let zeros = [UInt8](repeating: 0, count: DataKey.byteCount)
    unsafe rekey(zeros)
  }

  private func rekey(_ key: UnsafePointer<UInt8>) {
    precondition(unsafe EVP_EncryptInit_ex(block, nil, nil, key, nil) == 1)
  }

  private func encrypt(_ input: SIMD16<UInt8>, into output: UnsafeMutablePointer<UInt8>) {
    var count: Int32 = 0
    let bytes = (0..<16).map { input[$0] }
    // SAFETY: one block in, one block out.
    precondition(unsafe EVP_EncryptUpdate(block, output, &count, bytes, 16) == 1 && count == 16)
  }

  /// Multiplication by x in GF(2^128), which makes CMAC's K1.
  private static func doubled(_ block: SIMD16<UInt8>) -> SIMD16<UInt8> {
    var shifted = block &<< 1
    for index in 0..<15 { shifted[index] |= block[index + 1] >> 7 }
    if block[0] & 0x80 != 0 { shifted[15] ^= 0x87 }
    return shifted
  }
}
