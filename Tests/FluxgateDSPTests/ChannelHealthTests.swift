import FluxgateDSP
import Testing

@Suite struct ChannelHealthTests {
  func health(channels: Int = 1) -> ChannelHealth {
    ChannelHealth(
      type: .int32, channelCount: channels,
      limits: .init(low: [-100], high: [100], flatSampleCount: 4, guardSampleCount: 3))
  }

  func observe(_ codes: [Int32], _ health: inout ChannelHealth) {
    health.observe(codes.littleEndianBytes.span.bytes)
  }

  @Test func `one sample at the end is a peak, two are a rail`() {
    var health = health()
    observe([0, 100], &health)
    #expect(!health.state(ofChannel: 0).isRailed)
    observe([101], &health)
    #expect(health.state(ofChannel: 0).isRailed)
    #expect(health.state(ofChannel: 0).railedSampleCount == 2)
  }

  @Test func `the guard follows the release and ends`() {
    var health = health()
    observe([-100, -100, -100, 5], &health)
    #expect(!health.state(ofChannel: 0).isRailed)
    #expect(health.state(ofChannel: 0).isRecovering)
    observe([6, 100], &health)
    #expect(health.state(ofChannel: 0).isRecovering)
    observe([7, 8], &health)
    #expect(!health.state(ofChannel: 0).isRecovering)
    #expect(health.state(ofChannel: 0).railedSampleCount == 3)
  }

  @Test func `channels are watched apart, and stillness takes its time`() {
    var health = health(channels: 2)
    observe([1, 5, 2, 5, 3, 5], &health)
    #expect(!health.state(ofChannel: 1).isFlat)
    observe([4, 5], &health)
    #expect(health.state(ofChannel: 1).isFlat && !health.state(ofChannel: 0).isFlat)
    observe([4, 6], &health)
    #expect(!health.state(ofChannel: 1).isFlat)
  }

  @Test func `a break ends stretches and keeps totals`() {
    var health = health()
    observe([100, 100, 100, 100], &health)
    health.reset()
    let state = health.state(ofChannel: 0)
    #expect(!state.isRailed && !state.isFlat && state.railedSampleCount == 4)
  }

  @Test func `the ends come from range, scale and offset`() {
    let ends = ChannelHealth.Limits.ends(range: 10, scale: -0.5, offset: 1)
    #expect((ends.low - -17.8).magnitude < 1e-12 && (ends.high - 21.8).magnitude < 1e-12)
  }
}
