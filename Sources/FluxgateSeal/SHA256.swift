internal import CCrypto

/// SHA-256 (FIPS 180-4) over bytes that arrive in pieces, by OpenSSL.
///
/// One value belongs to one thread. `finish` may be called once; the value is spent after it.
@safe public struct SHA256: ~Copyable {
  private let context: OpaquePointer

  public init() {
    // SAFETY: EVP_MD_CTX_new gives an owned context or nil when memory is gone; deinit frees it.
    guard let made = unsafe EVP_MD_CTX_new() else { fatalError("no memory for a digest context") }
    unsafe context = made
    precondition(unsafe EVP_DigestInit_ex(made, EVP_sha256(), nil) == 1)
  }

  deinit {
    // SAFETY: the context is owned by this value alone.
    unsafe EVP_MD_CTX_free(context)
  }

  public mutating func update(_ bytes: RawSpan) {
    // SAFETY: OpenSSL reads exactly `count` bytes during the call.
    unsafe bytes.withUnsafeBytes { raw in
      precondition(unsafe EVP_DigestUpdate(context, raw.baseAddress, raw.count) == 1)
    }
  }

  public mutating func update(_ bytes: [UInt8]) { unsafe update(bytes.span.bytes) }

  public consuming func finish() -> [UInt8] {
    // SAFETY: a SHA-256 digest is 32 bytes, the size of the buffer.
    unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      precondition(unsafe EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1)
      count = 32
    }
  }

  public static func digest(_ bytes: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }
}
