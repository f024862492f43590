internal import FluxgateKernels

/// Zeros and poles to second-order sections by the "nearest" rule of `scipy.signal.zpk2sos`:
/// the pole nearest the unit circle takes the zeros nearest to it and comes last; the gain is in
/// the first section.
///
/// All zeros must be real, as those of Butterworth filters are.
enum SectionPairing {
  static func sections(zeros: [Complex], poles: [Complex], gain: Double) -> [Biquad] {
    var zeros = zeros.map(\.re)
    var poles = upperHalf(poles)
    var sections: [Biquad] = []
    while let first = takeWorst(&poles, realOnly: false) {
      let second = first.isReal ? takeWorst(&poles, realOnly: true) : first.conjugate
      let near = takeNearest(&zeros, to: first)
      let next = second == nil ? 0 : takeNearest(&zeros, to: first)
      sections.append(section(near, next, first, second ?? Complex(0)))
    }
    sections.reverse()
    sections[0].b0 *= gain
    sections[0].b1 *= gain
    sections[0].b2 *= gain
    return sections
  }

  private static func section(_ z1: Double, _ z2: Double, _ p1: Complex, _ p2: Complex) -> Biquad {
    Biquad(b0: 1, b1: -(z1 + z2), b2: z1 * z2, a1: -(p1 + p2).re, a2: (p1 * p2).re)
  }

  /// One of each conjugate pair; an imaginary part of rounding size is none.
  private static func upperHalf(_ poles: [Complex]) -> [Complex] {
    poles.map { $0.im.magnitude <= 100 * Double.ulpOfOne * $0.magnitude ? Complex($0.re) : $0 }
      .filter { $0.im >= 0 }
      .sorted { ($0.isReal ? 1 : 0, $0.re, $0.im) < ($1.isReal ? 1 : 0, $1.re, $1.im) }
  }

  private static func takeWorst(_ poles: inout [Complex], realOnly: Bool) -> Complex? {
    let candidates = poles.indices.filter { !realOnly || poles[$0].isReal }
    let worst = candidates.min { distance(poles[$0]) < distance(poles[$1]) }
    return worst.map { poles.remove(at: $0) }
  }

  private static func distance(_ pole: Complex) -> Double { (1 - pole.magnitude).magnitude }

  private static func takeNearest(_ zeros: inout [Double], to pole: Complex) -> Double {
    let nearest = zeros.indices.min {
      (Complex(zeros[$0]) - pole).magnitude < (Complex(zeros[$1]) - pole).magnitude
    }
    return nearest.map { zeros.remove(at: $0) } ?? 0
  }
}
