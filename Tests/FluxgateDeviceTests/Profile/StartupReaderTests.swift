import FluxgateSignal
import Testing

@testable import FluxgateDevice

struct StartupReaderTests {
  private static let startup = """
    startup:
      replies-end: "$$$"
      steps:
        - send: ">\\\\x1b\\\\r"
        - send-hex: "f0 07"
        - expect: ^\\|21
          within: 3 min
          refuse-if: fail
          otherwise: the cell did not get warm
        - settle: ['^~07(?<value>\\d+)']
          below: 100
          times: 5
          within: 60 s
          otherwise: the field did not settle
        - wait: 500 ms
    farewell: "8"

    """

  private static func fault(_ text: String) -> ProfileError? {
    do throws(ProfileError) {
      _ = try ProfileReader.read(text: ProfileReaderTests.sound + text, file: "p.yaml")
      return nil
    } catch {
      return error
    }
  }

  @Test func `every kind of step is read`() throws {
    let text = ProfileReaderTests.sound + Self.startup
    let script = try #require(try ProfileReader.read(text: text, file: "p.yaml").startup)
    #expect(script.replyEnd == Array("$$$".utf8))
    #expect(script.farewell == Array("8".utf8))
    #expect(script.steps.count == 5)
    #expect(script.steps[0] == .send([0x3E, 0x1B, 0x0D]))
    #expect(script.steps[1] == .send([0xF0, 0x07]))
    guard case .expect(let expect) = script.steps[2], case .settle(let settle) = script.steps[3]
    else {
      Issue.record("wrong steps")
      return
    }
    #expect(expect.within == .seconds(180) && expect.refuseIf != nil)
    #expect(settle.below == 100 && settle.times == 5 && settle.patterns.count == 1)
    #expect(script.steps[4] == .wait(.milliseconds(500)))
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var step: String
    var place: String
    var message: String
    var testDescription: String { step }
  }

  static let bad = [
    Bad(step: "snd: x", place: "12:7", message: "`snd` is not known here"),
    Bad(step: "within: 1 s", place: "12:7", message: "no step that is known"),
    Bad(step: "wait: 500", place: "12:13", message: "no time"),
    Bad(step: "wait: 5 h", place: "12:13", message: "no time"),
    Bad(step: "wait: 20 min", place: "12:13", message: "the time is too long"),
    Bad(step: "send: a\\q", place: "12:13", message: "no escape"),
    Bad(step: "send: a\\x1", place: "12:13", message: "no escape"),
    Bad(step: "send-hex: f0 0", place: "12:17", message: "no hex bytes"),
    Bad(step: "{ send: a, send-hex: 00 }", place: "12:28", message: "`send` is there already"),
    Bad(
      step: "{ send: a, within: 1 s }", place: "12:26",
      message: "`within` does not belong to this step"),
    Bad(step: "expect: a", place: "12:7", message: "`within` is missing"),
    Bad(step: "{ expect: a, within: 1 s }", place: "12:7", message: "`otherwise` is missing"),
    Bad(
      step: "{ expect: \"[a\", within: 1 s, otherwise: b }", place: "12:17",
      message: "no regular expression: missing terminating ] for character class (byte 3 of it)"),
    Bad(
      step: "{ settle: [a], below: 1, times: 1, within: 1 s, otherwise: b }", place: "12:18",
      message: "no capture is called `value`"),
  ]

  @Test(arguments: bad)
  func `a bad step is refused at its very place`(bad: Bad) throws {
    let fault = try #require(Self.fault("startup:\n  steps:\n    - \(bad.step)\n"))
    #expect("\(fault.line):\(fault.column)" == bad.place)
    #expect(fault.message == bad.message)
  }

  @Test func `a probe must say what it asks and how it knows`() {
    #expect(Self.fault("probe: { listen: 1 s }\n")?.message == "nothing to know it by")
    #expect(
      Self.fault("probe: { listen: 1 s, send: v }\n")?.message
        == "`send` and `expect` go together")
    #expect(Self.fault("probe: { listen: 31 s, hears: a }\n")?.message == "the time is too long")
    #expect(Self.fault("probe: { listen: 1 s, frames: 3 }\n") == nil)
  }
}
