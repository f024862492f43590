import FluxgateSignal
import FluxgateSimulation
import Testing

@Suite struct VirtualFieldTripBufferTests {
  private static let start = HostTime(nanoseconds: 1_000_000_000)
  private static let askHeader: [UInt8] = [1, 0, 1, 2, 0, 0, 0, 0]

  private func served(seed: UInt64, seconds: Int64) -> VirtualFieldTripBuffer {
    var settings = FieldTripServerSettings()
    settings.channelCount = 3
    settings.seed = seed
    let device = VirtualFieldTripBuffer(settings)
    device.connected(at: Self.start)
    device.receive(Self.askHeader, at: Self.start)
    device.advance(to: Self.start.advanced(by: .seconds(seconds)))
    return device
  }

  private func ask(_ command: UInt16, _ words: [UInt32]) -> [UInt8] {
    ([UInt32(1) | UInt32(command) << 16, UInt32(words.count * 4)] + words)
      .flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
  }

  @Test func `the same seed makes the same samples and events`() {
    let (one, same, other) = (
      served(seed: 5, seconds: 3), served(seed: 5, seconds: 3), served(seed: 6, seconds: 3)
    )
    #expect(one.truth[0].rowCount == 3000)
    #expect(one.truth[0].rows == same.truth[0].rows)
    #expect(one.truthEvents == same.truthEvents)
    #expect(one.truth[0].rows != other.truth[0].rows)
  }

  @Test func `the helmet waits for its first header`() {
    let device = VirtualFieldTripBuffer()
    device.connected(at: Self.start)
    device.advance(to: Self.start.advanced(by: .seconds(10)))
    #expect(device.truth[0].rowCount == 0)
    #expect(device.nextWake == .distantFuture)
  }

  @Test func `the ring forgets what is older than it holds`() {
    let device = served(seed: 1, seconds: 30)
    _ = device.takeOutput()
    let now = Self.start.advanced(by: .seconds(30))
    device.receive(ask(0x202, [9999, 9999]), at: now)
    #expect(device.takeOutput() == [1, 0, 5, 2, 0, 0, 0, 0])
    device.receive(ask(0x202, [10_000, 10_000]), at: now)
    #expect(device.takeOutput().count == 8 + 16 + 12)
    device.receive(ask(0x202, [30_000, 30_000]), at: now)
    #expect(device.takeOutput() == [1, 0, 5, 2, 0, 0, 0, 0])
  }

  @Test func `a wait is answered by the next samples or at its end`() {
    let device = served(seed: 1, seconds: 1)
    _ = device.takeOutput()
    let now = Self.start.advanced(by: .seconds(1))
    device.receive(ask(0x402, [1019, 99, 1000]), at: now)
    #expect(device.takeOutput().isEmpty)
    device.advance(to: now.advanced(by: .milliseconds(20)))
    #expect(device.takeOutput().prefix(12) == [1, 0, 4, 4, 8, 0, 0, 0, 252, 3, 0, 0])
    device.receive(ask(0x402, [9999, 99, 50]), at: now.advanced(by: .milliseconds(20)))
    device.advance(to: now.advanced(by: .milliseconds(69)))
    #expect(device.takeOutput().isEmpty)
    device.advance(to: now.advanced(by: .milliseconds(70)))
    #expect(device.takeOutput().count == 16)
  }

  @Test func `its signal is of the size of a brain's field`() {
    let rows = served(seed: 3, seconds: 20).truth[0].rows
    let values = stride(from: 0, to: rows.count, by: 12).map { start in
      Double(
        Float(
          bitPattern: (0..<4).reduce(0) { $0 | UInt32(rows[start + $1]) << UInt32(8 * $1) }))
    }
    let mean = values.reduce(0, +) / Double(values.count)
    let spread = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count))
      .squareRoot()
    #expect((20e-15...2000e-15).contains(spread))
  }
}
