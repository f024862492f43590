/// The low-pass before every decimation: a linear-phase, Hamming-windowed sinc of unit gain at DC.
///
/// For a factor `M`: -6 dB at 0.8 of the new Nyquist frequency, and `2 * ceil(8.25 M) + 1` taps, so
/// that the transition (3.3 / taps of the rate wide) ends at the new Nyquist frequency; about
/// -53 dB beyond. Equals `scipy.signal.firwin(taps, 0.8 / M)`. A factor of 1 is one tap of 1.
public enum AntiAlias {
  /// The delay from the centre of the support to its newest input, in input samples.
  public static func halfLength(factor: Int) -> Int { factor == 1 ? 0 : (33 * factor + 3) / 4 }

  public static func taps(factor: Int) -> [Double] {
    let half = halfLength(factor: factor)
    guard half > 0 else { return [1] }
    let cutoff = 0.8 / Double(factor)
    let raw = (-half...half).map { index in
      let x = Double(index)
      let sinc = index == 0 ? 1 : HalfTurns.sine(cutoff * x) / (Double.pi * cutoff * x)
      return cutoff * sinc * (0.54 + 0.46 * HalfTurns.cosine(x / Double(half)))
    }
    let sum = raw.reduce(0, +)
    return raw.map { $0 / sum }
  }
}
