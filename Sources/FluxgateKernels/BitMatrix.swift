/// Transpositions of small matrices held in 64-bit words, by swapping ever larger squares
/// (Warren, Hacker's Delight, section 7-3).
enum BitMatrix {
  /// Each word is an 8 x 8 matrix of bits, byte = row: transposes every word by itself.
  @inline(__always)
  static func transposeBits(_ words: SIMD8<UInt64>) -> SIMD8<UInt64> {
    var x = words
    var t = (x ^ (x &>> 7)) & SIMD8(repeating: 0x00AA_00AA_00AA_00AA)
    x = x ^ t ^ (t &<< 7)
    t = (x ^ (x &>> 14)) & SIMD8(repeating: 0x0000_CCCC_0000_CCCC)
    x = x ^ t ^ (t &<< 14)
    t = (x ^ (x &>> 28)) & SIMD8(repeating: 0x0000_0000_F0F0_F0F0)
    return x ^ t ^ (t &<< 28)
  }

  /// The eight words are an 8 x 8 matrix of bytes, word = row: transposes it.
  @inline(__always)
  static func transposeBytes(_ words: SIMD8<UInt64>) -> SIMD8<UInt64> {
    var x = words
    swap(&x, 0, 4, 32, 0x0000_0000_FFFF_FFFF)
    swap(&x, 1, 5, 32, 0x0000_0000_FFFF_FFFF)
    swap(&x, 2, 6, 32, 0x0000_0000_FFFF_FFFF)
    swap(&x, 3, 7, 32, 0x0000_0000_FFFF_FFFF)
    swap(&x, 0, 2, 16, 0x0000_FFFF_0000_FFFF)
    swap(&x, 1, 3, 16, 0x0000_FFFF_0000_FFFF)
    swap(&x, 4, 6, 16, 0x0000_FFFF_0000_FFFF)
    swap(&x, 5, 7, 16, 0x0000_FFFF_0000_FFFF)
    swap(&x, 0, 1, 8, 0x00FF_00FF_00FF_00FF)
    swap(&x, 2, 3, 8, 0x00FF_00FF_00FF_00FF)
    swap(&x, 4, 5, 8, 0x00FF_00FF_00FF_00FF)
    swap(&x, 6, 7, 8, 0x00FF_00FF_00FF_00FF)
    return x
  }

  /// Exchanges the high part of row `a` with the low part of row `b`.
  @inline(__always)
  private static func swap(
    _ x: inout SIMD8<UInt64>, _ a: Int, _ b: Int, _ shift: UInt64, _ low: UInt64
  ) {
    let t = ((x[a] &>> shift) ^ x[b]) & low
    x[a] ^= t &<< shift
    x[b] ^= t
  }
}
