internal import FluxgateKernels

/// How long a chain of sections rings.
enum Settling {
  /// What is left of the slowest pole's response when a filter counts as settled.
  static let remainder = 1e-3
  /// Poles so slow that they need more samples than this are reported as this many.
  static let sampleCountLimit = 1 << 40

  /// The fewest samples after which the slowest pole has decayed to ``remainder``.
  static func sampleCount(_ sections: [Biquad]) -> Int {
    let radius = sections.map(slowestPole).max() ?? 0
    guard radius > 0 else { return 0 }
    var high = 1
    while power(radius, high) > remainder, high < sampleCountLimit { high *= 2 }
    var low = high / 2
    while high - low > 1 {
      let middle = (low + high) / 2
      if power(radius, middle) > remainder { low = middle } else { high = middle }
    }
    return high
  }

  /// The larger magnitude of the roots of z² + a1 z + a2.
  private static func slowestPole(_ section: Biquad) -> Double {
    let discriminant = section.a1 * section.a1 - 4 * section.a2
    guard discriminant >= 0 else { return section.a2.squareRoot() }
    return (section.a1.magnitude + discriminant.squareRoot()) / 2
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var (result, square, rest) = (1.0, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result *= square }
      square *= square
      rest >>= 1
    }
    return result
  }
}

extension Biquad {
  /// Group delay in samples at `x` half turns per sample; not finite exactly on a zero.
  func groupDelay(halfTurns x: Double) -> Double {
    Biquad.delay(b0, b1, b2, x) - Biquad.delay(1, a1, a2, x)
  }

  /// Delay of the polynomial c0 + c1 z⁻¹ + c2 z⁻²: the real part of (sum k c_k z⁻ᵏ) / (sum c_k z⁻ᵏ).
  private static func delay(_ c0: Double, _ c1: Double, _ c2: Double, _ x: Double) -> Double {
    let one = Complex.unit(halfTurns: -x)
    let two = one * one
    let whole = Complex(c0) + one * c1 + two * c2
    return ((one * c1 + two * (2 * c2)) / whole).re
  }
}
