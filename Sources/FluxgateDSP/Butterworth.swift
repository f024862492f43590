internal import FluxgateKernels

/// Butterworth filters as second-order sections: analogue prototype, frequency transformation,
/// bilinear transformation with pre-warped edges (the road of `scipy.signal.butter`).
enum Butterworth {
  static func lowpass(order: Int, cutoff: Double, rate: Double) -> [Biquad] {
    let edge = warped(cutoff, rate)
    let poles = prototype(order).map { $0 * edge }
    return digital(zeros: [], poles: poles, gain: power(edge, order))
  }

  static func highpass(order: Int, cutoff: Double, rate: Double) -> [Biquad] {
    let edge = Complex(warped(cutoff, rate))
    let poles = prototype(order).map { edge / $0 }
    return digital(zeros: Array(repeating: Complex(0), count: order), poles: poles, gain: 1)
  }

  /// `order` counts the prototype's poles: the band-pass has twice as many, as in SciPy.
  static func bandpass(order: Int, low: Double, high: Double, rate: Double) -> [Biquad] {
    let (bottom, top) = (warped(low, rate), warped(high, rate))
    let width = top - bottom
    let halves = prototype(order).map { $0 * (width / 2) }
    let roots = halves.map { ($0 * $0 - Complex(bottom * top)).squareRoot }
    let poles = zip(halves, roots).map { $0 + $1 } + zip(halves, roots).map { $0 - $1 }
    return digital(
      zeros: Array(repeating: Complex(0), count: order), poles: poles, gain: power(width, order))
  }

  /// The analogue frequency that the bilinear transformation maps to `frequency`, for a rate of 2.
  private static func warped(_ frequency: Double, _ rate: Double) -> Double {
    4 * HalfTurns.tangent(frequency / rate)
  }

  /// The poles of the analogue low-pass at 1 rad/s, on the left half of the unit circle.
  private static func prototype(_ order: Int) -> [Complex] {
    stride(from: 1 - order, to: order, by: 2).map { step in
      step == 0 ? Complex(-1) : Complex.unit(halfTurns: Double(step) / Double(2 * order)) * -1
    }
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }

  /// The bilinear transformation; zeros at infinity go to -1.
  private static func digital(zeros: [Complex], poles: [Complex], gain: Double) -> [Biquad] {
    let four = Complex(4)
    let above = zeros.reduce(Complex(1)) { $0 * (four - $1) }
    let below = poles.reduce(Complex(1)) { $0 * (four - $1) }
    let missing = Array(repeating: Complex(-1), count: poles.count - zeros.count)
    return SectionPairing.sections(
      zeros: zeros.map { (four + $0) / (four - $0) } + missing,
      poles: poles.map { (four + $0) / (four - $0) },
      gain: gain * (above / below).re)
  }
}
