import Testing

@testable import FluxgateDSP

/// Published coefficients, to all their printed digits.
@Suite struct FilterDesignTests {
  func isNear(_ a: Double, _ b: Double) -> Bool { (a - b).magnitude < 1e-12 }

  @Test(arguments: [
    (50.0, 1000.0, 0.994791237659, -1.892205377859, 0.989582475319),
    (60.0, 1000.0, 0.993755964954, -1.84794185785, 0.987511929907),
    (50.0, 250.0, 0.979482760981, -0.605353637681, 0.958965521963),
  ])
  func `a notch of quality 30`(f: Double, rate: Double, gain: Double, a1: Double, a2: Double) {
    let section = Notch.section(frequency: f, q: 30, rate: rate)
    #expect(isNear(section.b0, gain) && isNear(section.b2, gain))
    #expect(isNear(section.b1, a1) && isNear(section.a1, a1) && isNear(section.a2, a2))
  }

  @Test func `notches stop below 0.45 of the rate and at the wanted number`() {
    #expect(Notch.sections(frequency: 50, q: 30, harmonics: 64, rate: 1000).count == 8)
    #expect(Notch.sections(frequency: 50, q: 30, harmonics: 3, rate: 1000).count == 3)
  }

  func expect(_ section: [Double], _ b: [Double], _ a: [Double]) {
    for (found, wanted) in zip(section, b + a) { #expect(isNear(found, wanted)) }
  }

  func numbers(_ index: Int, of chain: ChainDefinition, rate: Double) -> [Double] {
    let section = chain.sections(rate: rate)[index]
    return [section.b0, section.b1, section.b2, section.a1, section.a2]
  }

  @Test func `band-pass of order 2, 1 to 40 Hz at 1000 Hz`() {
    let chain = ChainDefinition(stages: [.bandpass(order: 2, low: 1, high: 40)])
    expect(
      numbers(0, of: chain, rate: 1000), [0.012749591436, 0.025499182872, 0.012749591436],
      [-1.662114752857, 0.713444433167])
    expect(numbers(1, of: chain, rate: 1000), [1, -2, 1], [-1.991135445886, 0.99117669587])
  }

  @Test func `low-pass of order 4, 100 Hz at 1000 Hz`() {
    let chain = ChainDefinition(stages: [.lowpass(order: 4, cutoff: 100)])
    expect(
      numbers(0, of: chain, rate: 1000), [0.004824343358, 0.009648686715, 0.004824343358],
      [-1.048599576363, 0.296140357562])
    expect(numbers(1, of: chain, rate: 1000), [1, 2, 1], [-1.320913430819, 0.632738792885])
  }

  @Test(arguments: [1, 2, 3, 5, 8, 12])
  func `every order and kind has its half-power points`(order: Int) {
    let half = 0.5.squareRoot()
    func gain(_ stage: ChainDefinition.Stage, _ hertz: Double) -> Double {
      ChainDefinition(stages: [stage]).sections(rate: 1000).reduce(1) { product, section in
        let z = Complex.unit(halfTurns: -hertz / 500)
        let top = Complex(section.b0) + z * section.b1 + z * z * section.b2
        let bottom = Complex(1) + z * section.a1 + z * z * section.a2
        return product * (top / bottom).magnitude
      }
    }
    #expect((gain(.lowpass(order: order, cutoff: 90), 90) - half).magnitude < 1e-9)
    #expect((gain(.highpass(order: order, cutoff: 20), 20) - half).magnitude < 1e-7)
    let band = ChainDefinition.Stage.bandpass(order: order, low: 20, high: 300)
    #expect((gain(band, 20) - half).magnitude < 1e-7)
    #expect((gain(band, 300) - half).magnitude < 1e-7)
    #expect((gain(.lowpass(order: order, cutoff: 90), 0) - 1).magnitude < 1e-9)
  }

  @Test(arguments: [1, 2, 5, 10, 256])
  func `the decimation filter is symmetric and passes a constant`(factor: Int) {
    let taps = AntiAlias.taps(factor: factor)
    #expect(taps.count == 2 * AntiAlias.halfLength(factor: factor) + 1)
    #expect(taps == Array(taps.reversed()))
    #expect((taps.reduce(0, +) - 1).magnitude < 1e-14)
  }

  @Test(arguments: [2, 5, 10])
  func `beyond the new Nyquist frequency at most 1/300 is left`(factor: Int) {
    let taps = AntiAlias.taps(factor: factor)
    for step in 0...200 {
      let x = (1 + Double(step) / 200 * Double(factor - 1)) / Double(factor)
      let sum = taps.enumerated().reduce(Complex(0)) {
        $0 + Complex.unit(halfTurns: -x * Double($1.offset)) * $1.element
      }
      #expect(sum.magnitude < 1 / 300)
    }
  }
}
