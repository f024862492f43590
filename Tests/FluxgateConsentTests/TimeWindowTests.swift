import FluxgateConsent
import Testing

@Suite struct TimeWindowTests {
  @Test func endIsExclusive() {
    let window = TimeWindow(from: 10, until: 20)
    #expect(window.contains(10) && window.contains(19))
    #expect(!window.contains(9) && !window.contains(20))
  }

  @Test func aWindowWithoutEndIsNotInsideOneThatEnds() {
    #expect(!TimeWindow(from: 10, until: 20).contains(TimeWindow(from: 12)))
    #expect(TimeWindow(from: 10).contains(TimeWindow(from: 10)))
    #expect(!TimeWindow(from: 10).contains(TimeWindow(until: 20)))
  }
}
