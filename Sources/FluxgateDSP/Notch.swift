internal import FluxgateKernels

/// Second-order notches at a line frequency and its multiples.
enum Notch {
  /// Multiples at or above this part of the sampling rate are left alone.
  static let highestPartOfRate = 0.45

  /// One notch, with half-power width `frequency / q` (the formula of `scipy.signal.iirnotch`).
  static func section(frequency: Double, q: Double, rate: Double) -> Biquad {
    let centre = 2 * frequency / rate
    let cosine = HalfTurns.cosine(centre)
    let gain = 1 / (1 + HalfTurns.tangent(centre / q / 2))
    return Biquad(
      b0: gain, b1: -2 * gain * cosine, b2: gain, a1: -2 * gain * cosine, a2: 2 * gain - 1)
  }

  /// Notches at `frequency * k`, at most `harmonics` of them and all below the limit.
  static func sections(frequency: Double, q: Double, harmonics: Int, rate: Double) -> [Biquad] {
    (1...harmonics).map { Double($0) * frequency }
      .filter { $0 < highestPartOfRate * rate }
      .map { section(frequency: $0, q: q, rate: rate) }
  }
}
