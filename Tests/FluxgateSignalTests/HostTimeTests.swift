import FluxgateSignal
import Testing

@Suite struct HostTimeTests {
  @Test func measuresForwardAndBackward() {
    let time = HostTime(nanoseconds: .seconds(3))
    let later = time.advanced(by: .milliseconds(250))
    #expect(later.since(time) == 250_000_000)
    #expect(time.since(later) == -250_000_000)
    #expect(time < later)
    #expect(later < .distantFuture)
  }

  @Test func aTimeThatADeviceMadeUpStopsNothing() {
    #expect(HostTime(nanoseconds: .max).advanced(by: 1).nanoseconds == .min)
    #expect(HostTime(nanoseconds: .min).since(HostTime(nanoseconds: 1)) == .max)
  }
}
