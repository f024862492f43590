internal import CCrypto

/// AES-256-GCM (NIST SP 800-38D) in place, over a message of associated data, text and tag.
///
/// The OpenSSL context is made once and used again; between uses it holds no secret. Belongs to one
/// thread.
@safe struct AES256GCM: ~Copyable {
  static let nonceLength = 12
  static let tagLength = 16
  private let context: OpaquePointer

  init() {
    // SAFETY: the context is owned here and freed in deinit; the cipher is a static of OpenSSL.
    guard let made = unsafe EVP_CIPHER_CTX_new() else { fatalError("no memory for a cipher") }
    precondition(unsafe EVP_CipherInit_ex(made, EVP_aes_256_gcm(), nil, nil, nil, 1) == 1)
    unsafe context = made
  }

  deinit {
    // SAFETY: owned by this value alone; freeing wipes the key schedule.
    unsafe EVP_CIPHER_CTX_free(context)
  }

  /// Encrypts what lies between `start` and the last 16 bytes, and writes the tag into those.
  /// The bytes before `start` are associated data.
  mutating func seal(_ message: inout [UInt8], from start: Int, nonce: [UInt8], key: DataKey) {
    begin(encrypting: true, nonce: nonce, key: key)
    unsafe message.withUnsafeMutableBytes { bytes in
      // SAFETY: `run` has checked that the message holds a tag after `start`.
      unsafe run(bytes, from: start)
      let tag = unsafe bytes.baseAddress?.advanced(by: bytes.count - Self.tagLength)
      precondition(unsafe finish(tag))
      let status = unsafe EVP_CIPHER_CTX_ctrl(
        context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagLength), tag)
      precondition(status == 1)
    }
    forgetKey()
  }

  /// Decrypts what `seal` encrypted. False when the tag does not fit: the text is then zeroed.
  mutating func open(
    _ message: inout [UInt8], from start: Int, nonce: [UInt8], key: DataKey
  ) -> Bool {
    begin(encrypting: false, nonce: nonce, key: key)
    let fits = unsafe message.withUnsafeMutableBytes { bytes in
      // SAFETY: as in `seal`; GCM's last step writes no byte.
      unsafe run(bytes, from: start)
      let tag = unsafe bytes.baseAddress?.advanced(by: bytes.count - Self.tagLength)
      let status = unsafe EVP_CIPHER_CTX_ctrl(
        context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagLength), tag)
      precondition(status == 1)
      guard unsafe finish(tag) else {
        unsafe OPENSSL_cleanse(bytes.baseAddress?.advanced(by: start), bytes.count - start)
        return false
      }
      return true
    }
    forgetKey()
    return fits
  }

  private func begin(encrypting: Bool, nonce: [UInt8], key: DataKey) {
    precondition(nonce.count == Self.nonceLength)
    // SAFETY: OpenSSL copies 32 bytes of key and 12 of nonce.
    let status = unsafe key.withBytes { pointer in
      unsafe EVP_CipherInit_ex(context, nil, nil, pointer, nonce, encrypting ? 1 : 0)
    }
    precondition(status == 1)
  }

  private func run(_ message: UnsafeMutableRawBufferPointer, from start: Int) {
    let end = message.count - Self.tagLength
    precondition(start >= 0 && start <= end && message.count <= Int32.max)
    // SAFETY: both ranges lie inside the message; GCM gives as many bytes as it takes, in place.
    guard let base = unsafe message.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
    var count: Int32 = 0
    if start > 0 {
      precondition(unsafe EVP_CipherUpdate(context, nil, &count, base, Int32(start)) == 1)
    }
    guard end > start else { return }
    let text = unsafe base.advanced(by: start)
    let status = unsafe EVP_CipherUpdate(context, text, &count, text, Int32(end - start))
    precondition(status == 1 && Int(count) == end - start)
  }

  private func finish(_ tail: UnsafeMutableRawPointer?) -> Bool {
    var count: Int32 = 0
    // SAFETY: GCM's last step writes nothing; `tail` has room for a block all the same.
    let status = unsafe EVP_CipherFinal_ex(
      context, tail?.assumingMemoryBound(to: UInt8.self), &count)
    return status == 1 && count == 0
  }

  /// Overwrites the key schedule: a wiped data key must not live on in a context.
  private func forgetKey() {
    let zeros = [UInt8](repeating: 0, count: DataKey.byteCount)
    // SAFETY: OpenSSL copies 32 bytes.
    precondition(unsafe EVP_CipherInit_ex(context, nil, nil, zeros, nil, 1) == 1)
  }
}
