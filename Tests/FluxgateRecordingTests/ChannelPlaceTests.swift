import FluxgateSignal
import Testing

@testable import FluxgateRecording

struct ChannelPlaceTests {
  private static func stream(_ channel: Channel) throws -> Channel {
    let meta = CategoryMeta(
      streams: [1: StreamMeta(name: "s", rate: 100, channels: [channel])])
    return try #require(try CategoryMeta(meta.encoded()).streams[1]?.channels.first)
  }

  @Test func `a sensor's place is sealed and read back`() throws {
    var channel = Channel(name: "field.0", kind: "mag", unit: "T", scale: 1e-12)
    channel.place = SensorPlace(
      position: SIMD3(0.01, -0.02, 0.03), direction: SIMD3(0, 0.6, 0.8), frame: "helmet",
      source: "drawing")
    #expect(try Self.stream(channel) == channel)
    channel.place?.direction = nil
    #expect(try Self.stream(channel) == channel)
  }

  @Test func `metadata without places, as before, has none`() throws {
    let channel = Channel(name: "field.0", kind: "mag", unit: "T")
    #expect(try Self.stream(channel).place == nil)
  }
}
