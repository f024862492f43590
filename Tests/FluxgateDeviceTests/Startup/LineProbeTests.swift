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

struct LineProbeTests {
  private static let claimed = USBNumbers(vendor: 0x0403, product: 0x6015)

  private static func profile(_ name: String, expect: String) throws -> DeviceProfile {
    let probe = """
      probe:
        listen: 500 ms
        hears: "^~\(name)"
        send: "v"
        expect: "\(expect)"
        within: 1 s
        replies-end: "$$$"

      """
    let sound = ProfileReaderTests.sound.replacing(
      "6015\"]", with: "6015\"]\n  product: ^FT")
    var profile = try ProfileReader.read(text: sound + probe, file: "p.yaml")
    profile.name = name
    return profile
  }

  private static func profiles() throws -> [DeviceProfile] {
    [try profile("plain", expect: "Board"), try profile("daisy", expect: "Board.*Daisy")]
  }

  private static func finding(
    greeting: String, answer: String
  ) throws -> (LineProbe.Finding, [[UInt8]]) {
    let line = ProbedLine(greeting: greeting, answer: answer)
    let probe = try #require(LineProbe(try profiles(), device: claimed, product: "FT231X"))
    return (try probe.run(over: line), line.written)
  }

  @Test func `what says its name by itself is never written to`() throws {
    let (finding, written) = try Self.finding(greeting: "~daisy$$$", answer: "")
    #expect(finding == .heard(["daisy"]))
    #expect(written.isEmpty)
  }

  @Test func `what nobody knows is never written to`() throws {
    let (finding, written) = try Self.finding(greeting: "hello", answer: "Board$$$")
    #expect(finding == .unknown(byteCount: 5))
    #expect(written.isEmpty)
  }

  @Test func `what is silent is asked once for all that would ask the same`() throws {
    let (finding, written) = try Self.finding(greeting: "", answer: "Board$$$")
    #expect(finding == .answered(["plain"]))
    #expect(written == [Array("v".utf8)])
    #expect(
      try Self.finding(greeting: "", answer: "Board, Daisy$$$").0 == .answered(["plain", "daisy"]))
    #expect(try Self.finding(greeting: "", answer: "").0 == .silent)
    #expect(try Self.finding(greeting: "", answer: "what?$$$").0 == .unknown(byteCount: 8))
  }

  @Test func `no probe is made for a device that no profile claims`() throws {
    let other = USBNumbers(vendor: 0x0403, product: 0x6001)
    #expect(LineProbe(try Self.profiles(), device: other, product: "FT231X") == nil)
    #expect(LineProbe(try Self.profiles(), device: Self.claimed, product: "Arduino") == nil)
  }
}
