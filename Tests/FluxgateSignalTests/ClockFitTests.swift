import FluxgateSignal
import Testing

@Suite struct ClockFitTests {
  /// Arrivals of samples of a device whose clock errs by `partsPerMillion`, each late by chance.
  private struct Line {
    var partsPerMillion: Double
    var state: UInt64
    var jitter: Int64 = 4_000_000

    mutating func arrival(ofDevice device: Int64) -> HostTime {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let late = Int64(state >> 33) % jitter
      let stretched = device + Int64((Double(device) * partsPerMillion / 1e6).rounded())
      return HostTime(nanoseconds: 1_700_000_000_000_000_000 + stretched + 300_000 + late)
    }
  }

  private static let step: Int64 = 2_000_000

  @Test(arguments: [-80.0, -5, 0, 12.5, 150])
  func findsTheRateErrorUnderJitter(partsPerMillion: Double) {
    var line = Line(partsPerMillion: partsPerMillion, state: 7)
    var fit = ClockFit()
    for number in 0..<150_000 {
      let device = Int64(number) * Self.step
      fit.observe(device: device, arrival: line.arrival(ofDevice: device))
    }
    #expect(abs(fit.partsPerMillion - partsPerMillion) < 0.5)
    #expect(fit.jitter > 1_000_000 && fit.jitter < 3_000_000)
  }

  @Test func staysNearTheEarliestArrivals() {
    var line = Line(partsPerMillion: 40, state: 3)
    var fit = ClockFit()
    var worst: Int64 = 0
    for number in 0..<60_000 {
      let device = Int64(number) * Self.step
      fit.observe(device: device, arrival: line.arrival(ofDevice: device))
      let earliest = 1_700_000_000_000_000_000 + device + Int64(Double(device) * 40 / 1e6) + 300_000
      let error = fit.hostTime(ofDevice: device).nanoseconds - earliest
      if device > .seconds(15) { worst = max(worst, abs(error)) }
    }
    #expect(worst < .milliseconds(1))
  }

  @Test func givesTimesThatNeverRunBackward() {
    var line = Line(partsPerMillion: -200, state: 11, jitter: 30_000_000)
    var fit = ClockFit()
    var newest = HostTime(nanoseconds: .min)
    for number in 0..<20_000 {
      let device = Int64(number) * Self.step
      fit.observe(device: device, arrival: line.arrival(ofDevice: device))
      let time = fit.hostTime(ofDevice: device)
      #expect(time >= newest)
      newest = time
    }
  }

  @Test func aRestartForgetsTheLineAndKeepsTheOrderOfTime() {
    var fit = ClockFit()
    fit.observe(device: 0, arrival: HostTime(nanoseconds: .seconds(100)))
    let before = fit.hostTime(ofDevice: .seconds(50))
    fit.reset()
    #expect(fit.partsPerMillion == 0)
    fit.observe(device: 0, arrival: HostTime(nanoseconds: .seconds(120)))
    #expect(fit.hostTime(ofDevice: 0) == before)
    #expect(fit.hostTime(ofDevice: .seconds(60)) == HostTime(nanoseconds: .seconds(180)))
  }

  @Test func theSameArrivalsGiveTheSameTimes() {
    func times() -> [HostTime] {
      var line = Line(partsPerMillion: 25, state: 5)
      var fit = ClockFit()
      return (0..<20_000).map { number in
        let device = Int64(number) * Self.step
        fit.observe(device: device, arrival: line.arrival(ofDevice: device))
        return fit.hostTime(ofDevice: device)
      }
    }
    #expect(times() == times())
  }
}
