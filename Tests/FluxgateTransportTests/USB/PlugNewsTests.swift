import FluxgateSignal
import Testing

@testable import FluxgateTransport

struct PlugNewsTests {
  private static func events(_ states: [Bool]) -> [PlugEvent] {
    states.map { PlugEvent(time: HostTime(nanoseconds: 0), isThere: $0, place: "USB 1-1") }
  }

  @Test func `what both tell is news once`() {
    var news = PlugNews()
    #expect(news.fresh(Self.events([true]), from: .libusb).count == 1)
    #expect(news.fresh(Self.events([true]), from: .udev).isEmpty)
  }

  @Test func `a late teller tells nothing new`() {
    var news = PlugNews()
    #expect(news.fresh(Self.events([true, false, true]), from: .libusb).count == 3)
    #expect(
      news.fresh(Self.events([true, false, true, false]), from: .udev).map(\.isThere) == [false])
  }

  @Test func `a state told twice is no change`() {
    var news = PlugNews()
    #expect(
      news.fresh(Self.events([true, true, false]), from: .udev).map(\.isThere) == [true, false])
  }
}
