internal import CCrypto

/// Random bytes from OpenSSL's generator, which the kernel seeds and reseeds.
public enum RandomBytes {
  public static func make(_ count: Int) -> [UInt8] {
    // SAFETY: OpenSSL fills exactly `count` bytes of the buffer it is given.
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      // A gateway without randomness must not seal anything.
      precondition(unsafe RAND_bytes(buffer.baseAddress, Int32(count)) == 1, "no randomness")
      filled = count
    }
  }
}
