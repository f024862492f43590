internal import CCrypto

/// XAES-256-GCM (C2SP): AES-256-GCM under a key derived from the data key and half of a random
/// 24-byte nonce, so that random nonces never run out. OpenSSL does the arithmetic; its contexts are
/// made once and used again. Belongs to one thread.
@safe struct XAES256GCM: ~Copyable {
  static let nonceLength = 24
  static let tagLength = 16
  private let block: OpaquePointer
  private let gcm: OpaquePointer

  init() {
    // SAFETY: both contexts are owned here and freed in deinit.
    guard let block = unsafe EVP_CIPHER_CTX_new(), let gcm = unsafe EVP_CIPHER_CTX_new() else {
      fatalError("no memory for a cipher context")
    }
    unsafe self.block = block
    unsafe self.gcm = gcm
  }

  deinit {
    // SAFETY: freeing also wipes the key schedules.
    unsafe EVP_CIPHER_CTX_free(block)
    unsafe EVP_CIPHER_CTX_free(gcm)
  }

  /// Ciphertext and tag of `plaintext`, appended to `output`.
  mutating func seal(
    _ plaintext: [UInt8], nonce: ArraySlice<UInt8>, aad: ArraySlice<UInt8>, key: DataKey,
    into output: inout [UInt8]
  ) {
    begin(encrypting: true, nonce: nonce, key: key)
    authenticate(aad)
    let sealed = run(plaintext[...])
    // SAFETY: OpenSSL writes at most a block and exactly a tag into the buffers given.
    var tail = [UInt8](repeating: 0, count: 16)
    var count: Int32 = 0
    precondition(unsafe EVP_CipherFinal_ex(gcm, &tail, &count) == 1 && count == 0)
    var tag = [UInt8](repeating: 0, count: Self.tagLength)
    precondition(unsafe EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_AEAD_GET_TAG, 16, &tag) == 1)
    output += sealed
    output += tag
  }

  /// The plaintext, or nil when the tag does not fit.
  mutating func open(
    _ sealed: ArraySlice<UInt8>, nonce: ArraySlice<UInt8>, aad: ArraySlice<UInt8>, key: DataKey
  ) -> [UInt8]? {
    guard sealed.count >= Self.tagLength else { return nil }
    begin(encrypting: false, nonce: nonce, key: key)
    authenticate(aad)
    let plaintext = run(sealed.dropLast(Self.tagLength))
    var tag = [UInt8](sealed.suffix(Self.tagLength))
    var tail = [UInt8](repeating: 0, count: 16)
    var count: Int32 = 0
    // SAFETY: as in `seal`.
    precondition(unsafe EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_AEAD_SET_TAG, 16, &tag) == 1)
    return unsafe EVP_CipherFinal_ex(gcm, &tail, &count) == 1 ? plaintext : nil
  }

  private mutating func begin(encrypting: Bool, nonce: ArraySlice<UInt8>, key: DataKey) {
    precondition(nonce.count == Self.nonceLength)
    var derived = deriveKey(key, [UInt8](nonce.prefix(12)))
    let short = [UInt8](nonce.suffix(12))
    // SAFETY: OpenSSL copies 32 key and 12 nonce bytes.
    let status = unsafe EVP_CipherInit_ex(
      gcm, EVP_aes_256_gcm(), nil, derived, short, encrypting ? 1 : 0)
    precondition(status == 1)
    // SAFETY: wipes our copy of the derived key.
    unsafe derived.withUnsafeMutableBytes { bytes in
      unsafe OPENSSL_cleanse(bytes.baseAddress, bytes.count)
    }
  }

  private func authenticate(_ aad: ArraySlice<UInt8>) {
    guard !aad.isEmpty else { return }
    var count: Int32 = 0
    // SAFETY: a nil output means associated data.
    let status = unsafe EVP_CipherUpdate(gcm, nil, &count, [UInt8](aad), Int32(aad.count))
    precondition(status == 1)
  }

  private func run(_ input: ArraySlice<UInt8>) -> [UInt8] {
    guard !input.isEmpty else { return [] }
    let length = input.count
    // SAFETY: GCM gives as many bytes as it takes; both buffers have that size.
    return unsafe [UInt8](unsafeUninitializedCapacity: length) { output, filled in
      var count: Int32 = 0
      unsafe input.withUnsafeBufferPointer { source in
        let status = unsafe EVP_CipherUpdate(
          gcm, output.baseAddress, &count, source.baseAddress, Int32(length))
        precondition(status == 1)
      }
      filled = Int(count)
    }
  }

  /// Kx of the specification: two CMAC blocks over counter, "X" and the first nonce half.
  private func deriveKey(_ key: DataKey, _ half: [UInt8]) -> [UInt8] {
    let subkey = Self.doubled(encrypt([UInt8](repeating: 0, count: 16), key))
    var derived: [UInt8] = []
    for counter: UInt8 in 1...2 {
      let message = [0, counter, 0x58, 0] + half
      derived += encrypt(zip(message, subkey).map { $0 ^ $1 }, key)
    }
    return derived
  }

  private func encrypt(_ input: [UInt8], _ key: DataKey) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: 32)
    var count: Int32 = 0
    // SAFETY: one block in, one block out, padding off.
    unsafe key.withBytes { bytes in
      let status = unsafe EVP_EncryptInit_ex(block, EVP_aes_256_ecb(), nil, bytes, nil)
      precondition(status == 1)
    }
    unsafe EVP_CIPHER_CTX_set_padding(block, 0)
    precondition(unsafe EVP_EncryptUpdate(block, &output, &count, input, 16) == 1 && count == 16)
    return [UInt8](output.prefix(16))
  }

  /// Multiplication by x in GF(2^128), as CMAC's K1.
  private static func doubled(_ block: [UInt8]) -> [UInt8] {
    var shifted = block
    for index in 0..<16 {
      shifted[index] = block[index] << 1 | (index < 15 ? block[index + 1] >> 7 : 0)
    }
    if block[0] & 0x80 != 0 { shifted[15] ^= 0x87 }
    return shifted
  }
}
