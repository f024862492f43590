import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import Testing

@Suite struct VirtualTwinleafTests {
  private let start = HostTime(nanoseconds: 1_700_000_000_000_000_000)

  private func run(seed: UInt64, step: Int64) -> (device: VirtualTwinleaf, output: [UInt8]) {
    var settings = VirtualTwinleaf.Settings()
    settings.seed = seed
    settings.faults = [
      InjectedFault(after: .milliseconds(300), kind: .corruptFrame),
      InjectedFault(after: .milliseconds(800), kind: .reboot),
    ]
    let device = VirtualTwinleaf(settings)
    device.connected(at: start)
    let request = TioPacket.request(id: 1, method: "dev.name")
    device.receive(TioSlip.wrap(request.bytes), at: start)
    for time in stride(from: step, through: .seconds(3), by: Int(step)) {
      device.advance(to: start.advanced(by: time))
    }
    device.advance(to: start.advanced(by: .seconds(3)))
    return (device, device.takeOutput())
  }

  @Test("the same seed gives the same bytes, however time is cut")
  func seeded() {
    let one = run(seed: 3, step: .milliseconds(1))
    let other = run(seed: 3, step: .milliseconds(170))
    #expect(one.output == other.output)
    #expect(one.device.truth[0].rows == other.device.truth[0].rows)
    #expect(run(seed: 4, step: .milliseconds(170)).output != other.output)
  }

  @Test("the heart's R peak stands at some fifty picotesla")
  func peak() throws {
    let truth = try #require(run(seed: 1, step: .milliseconds(100)).device.truth.first)
    let first = stride(from: 0, to: truth.rows.count, by: 32).map { start in
      Float(
        bitPattern: truth.rows[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
    }
    let highest = try #require(first.max())
    #expect((45...56).contains(highest))
  }

  @Test("nothing is measured before the first request")
  func waits() {
    let device = VirtualTwinleaf()
    device.connected(at: start)
    device.advance(to: start.advanced(by: .seconds(2)))
    #expect(device.truth.allSatisfy { $0.rowCount == 0 } && device.takeOutput().isEmpty)
  }

  @Test("unknown methods are answered with an error")
  func unknownMethod() {
    let device = VirtualTwinleaf()
    device.connected(at: start)
    let request = TioPacket.request(id: 1, method: "dev.nothing")
    device.receive(TioSlip.wrap(request.bytes), at: start)
    let error = TioPacket(type: TioPacket.Kind.error, payload: [1, 0, 2, 0])
    let output = device.takeOutput()
    #expect(Array(output.suffix(TioSlip.wrap(error.bytes).count)) == TioSlip.wrap(error.bytes))
  }
}
