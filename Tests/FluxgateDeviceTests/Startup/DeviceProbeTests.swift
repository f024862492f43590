import FluxgateSignal
import FluxgateTransport
import Testing

@testable import FluxgateDevice

/// A line that says `greeting` by itself and `answer` when it is written to.
private final class ProbedLine: Transport {
  let name = "probed"
  private(set) var now = HostTime(nanoseconds: 0)
  private(set) var written: [[UInt8]] = []
  private var waiting: [UInt8]
  private let answer: [UInt8]

  init(greeting: String, answer: String) {
    waiting = Array(greeting.utf8)
    self.answer = Array(answer.utf8)
  }

  func read(into buffer: inout [UInt8], until deadline: HostTime) throws(TransportError) -> Arrival
  {
    guard !waiting.isEmpty else {
      now = deadline
      return Arrival(byteCount: 0, time: now)
    }
    now = now.advanced(by: .milliseconds(1))
    buffer[0] = waiting.removeFirst()
    return Arrival(byteCount: 1, time: now)
  }

  func write(_ bytes: [UInt8]) throws(TransportError) {
    written.append(bytes)
    waiting += answer
  }
}

struct DeviceProbeTests {
  private static let claimed = USBNumbers(vendor: 0x0403, product: 0x6015)

  private static func profile() throws -> DeviceProfile {
    let probe = """
      probe:
        listen: 500 ms
        hears: "^~ok"
        send: "v"
        expect: "OpenBCI"
        within: 1 s
        replies-end: "$$$"

      """
    let sound = ProfileReaderTests.sound.replacing(
      "6015\"]", with: "6015\"]\n  product: ^FT")
    return try ProfileReader.read(text: sound + probe, file: "p.yaml")
  }

  private static func outcome(
    greeting: String, answer: String
  ) throws -> (DeviceProbe.Outcome, [[UInt8]]) {
    let line = ProbedLine(greeting: greeting, answer: answer)
    let probe = try #require(DeviceProbe(try profile(), device: claimed, product: "FT231X"))
    return (try probe.run(over: line), line.written)
  }

  @Test func `what says its name by itself is never written to`() throws {
    let (outcome, written) = try Self.outcome(greeting: "~ok$$$", answer: "")
    #expect(outcome == .heard)
    #expect(written.isEmpty)
  }

  @Test func `what is silent is asked, and known by its answer`() throws {
    let (outcome, written) = try Self.outcome(greeting: "", answer: "OpenBCI V3$$$")
    #expect(outcome == .answered)
    #expect(written == [Array("v".utf8)])
    #expect(try Self.outcome(greeting: "", answer: "").0 == .silent)
    #expect(try Self.outcome(greeting: "hello", answer: "what?$$$").0 == .other(byteCount: 13))
  }

  @Test func `no probe is made for a device that the profile does not claim`() throws {
    let profile = try Self.profile()
    let other = USBNumbers(vendor: 0x0403, product: 0x6001)
    #expect(DeviceProbe(profile, device: other, product: "FT231X") == nil)
    #expect(DeviceProbe(profile, device: Self.claimed, product: "Arduino") == nil)
  }
}
