/// A forward discrete Fourier transform of a power-of-two length, in place (radix 2, decimation
/// in time), with its tables made once.
struct FourierTransform: Sendable {
  let length: Int
  private let twiddles: [Complex]
  private let reversed: [Int]

  /// - Precondition: `length` is a power of two, at least 2.
  init(length: Int) {
    precondition(length >= 2 && length & (length - 1) == 0, "not a power of two")
    self.length = length
    twiddles = (0..<(length / 2)).map {
      Complex.unit(halfTurns: -2 * Double($0) / Double(length))
    }
    let bits = length.trailingZeroBitCount
    reversed = (0..<length).map { index in
      Int(UInt64(index).bitReversed >> UInt64(64 - bits))
    }
  }

  func run(_ values: inout [Complex]) {
    precondition(values.count == length, "another length")
    for (index, other) in reversed.enumerated() where index < other {
      values.swapAt(index, other)
    }
    var half = 1
    while half < length {
      for start in stride(from: 0, to: length, by: 2 * half) {
        butterflies(&values, start, half)
      }
      half *= 2
    }
  }

  @inline(__always)
  private func butterflies(_ values: inout [Complex], _ start: Int, _ half: Int) {
    let step = length / (2 * half)
    for offset in 0..<half {
      let even = values[start + offset]
      let odd = values[start + offset + half] * twiddles[offset * step]
      values[start + offset] = even + odd
      values[start + offset + half] = even - odd
    }
  }
}

extension UInt64 {
  fileprivate var bitReversed: UInt64 {
    var x = byteSwapped
    x = (x & 0x0F0F_0F0F_0F0F_0F0F) << 4 | (x >> 4) & 0x0F0F_0F0F_0F0F_0F0F
    x = (x & 0x3333_3333_3333_3333) << 2 | (x >> 2) & 0x3333_3333_3333_3333
    return (x & 0x5555_5555_5555_5555) << 1 | (x >> 1) & 0x5555_5555_5555_5555
  }
}
