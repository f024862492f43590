import FluxgateSignal
import Testing

@testable import FluxgateDevice
@testable import FluxgateTransport

struct ProfileReaderTests {
  static let sound = """
    name: my-sensor
    maker: Maker
    model: Model 1
    match:
      usb: ["0403:6015"]
    transport:
      serial: { baud: 115200 }
    driver: twinleaf
    category: cardiac

    """

  private static func fault(_ text: String) -> ProfileError? {
    do throws(ProfileError) {
      _ = try ProfileReader.read(text: text, file: "p.yaml")
      return nil
    } catch {
      return error
    }
  }

  private static func changed(_ old: String, _ new: String) -> String {
    precondition(sound.contains(old))
    return sound.replacing(old, with: new)
  }

  @Test func `a profile with everything is read`() throws {
    let more = """
      rate: 1000.5
      settings: { route: /, fast: true, limit: 5 }
      stages: "highpass 0.1 | decimate 4"
      delay: { value: 1500000, uncertainty: 200000, source: maker's data sheet }

      """
    let text =
      Self.changed("\"0403:6015\"]", "\"0403:6015\", 22A3:0047]\n  product: ^V(M|X)+R$") + more
    let profile = try ProfileReader.read(text: text, file: "p.yaml")
    #expect(profile.name == "my-sensor")
    #expect(profile.transport == .serial(baud: 115_200))
    #expect(profile.driver == .twinleaf)
    #expect(profile.category == .cardiac)
    #expect(profile.rate == 1000.5)
    #expect(profile.settings == ["route": "/", "fast": "true", "limit": "5"])
    #expect(profile.stages == "highpass 0.1 | decimate 4")
    #expect(profile.delay?.nanoseconds == 1_500_000)
    #expect(profile.match.usb.map(\.description) == ["0403:6015", "22a3:0047"])
    let numbers = USBNumbers(vendor: 0x0403, product: 0x6015)
    #expect(profile.match.fits(numbers, product: "VMR"))
    #expect(!profile.match.fits(numbers, product: "VMX"))
    #expect(!profile.match.fits(USBNumbers(vendor: 1, product: 2), product: "VMR"))
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var text: String
    var place: String
    var message: String
    var testDescription: String { message }

    init(_ text: String, _ place: String, _ message: String) {
      self.text = text
      self.place = place
      self.message = message
    }
  }

  static let bad: [Bad] = [
    Bad("", "0:0", "the file is empty"),
    Bad("- a\n- b\n", "1:1", "keys with values are needed here"),
    Bad("maker: M\n", "1:1", "`transport` is missing"),
    Bad(changed("maker: Maker\n", ""), "1:1", "`maker` is missing"),
    Bad(sound + "colour: red\n", "10:1", "`colour` is not known here"),
    Bad(changed("{ baud: 115200 }", "{ buad: 115200 }"), "7:13", "`buad` is not known here"),
    Bad(changed("115200", "fast"), "7:19", "a whole number is needed here"),
    Bad(changed("115200", "\"115200\""), "7:19", "a whole number is needed here"),
    Bad(changed("115200", "1e5"), "7:19", "a whole number is needed here"),
    Bad(changed("115200", "20"), "7:19", "the number is out of range"),
    Bad(changed("115200", "99999999999999999999"), "7:19", "a whole number is needed here"),
    Bad(
      changed("serial: { baud: 115200 }", "tcp: { port: 65536 }"), "7:16",
      "the number is out of range"),
    Bad(changed("{ baud: 115200 }", "[1]"), "7:11", "keys with values are needed here"),
    Bad(changed("  serial: { baud: 115200 }", "  {}"), "7:3", "one transport is needed here"),
    Bad(changed("my-sensor", "My Sensor"), "1:7", "the name holds other characters than allowed"),
    Bad(changed("my-sensor", "~"), "1:7", "a text is needed here"),
    Bad(changed("Maker", "[a]"), "2:8", "a text is needed here"),
    Bad(changed("Model 1", "\"a\\tb\""), "3:8", "the text holds a control character"),
    Bad(changed("[\"0403:6015\"]", "0403:6015"), "5:8", "a list is needed here"),
    Bad(changed("[\"0403:6015\"]", "[]"), "5:8", "the list has 0 entries"),
    Bad(changed("\"0403:6015\"", "\"0403:601\""), "5:9", "no USB vendor and product numbers"),
    Bad(changed("usb: [\"0403:6015\"]", "product: x"), "5:12", "`product` needs `usb` beside it"),
    Bad(changed("  usb: [\"0403:6015\"]", "  {}"), "5:3", "nothing to match by"),
    Bad(
      changed("\"0403:6015\"]", "\"0403:6015\"]\n  product: (?<a>x)\\k<a>"), "6:12",
      "`\\k` is not allowed in a pattern (byte 8 of it)"),
    Bad(
      changed("\"0403:6015\"]", "\"0403:6015\"]\n  product: \"[a\""), "6:12",
      "no regular expression: missing terminating ] for character class (byte 3 of it)"),
    Bad(changed("driver: twinleaf", "driver: twinlaef"), "8:9", "there is no driver `twinlaef`"),
    Bad(changed("cardiac", "heart"), "9:11", "there is no category `heart`"),
    Bad(sound + "rate: 0\n", "10:7", "the number is out of range"),
    Bad(sound + "rate: .inf\n", "10:7", "a number is needed here"),
    Bad(sound + "rate: nan\n", "10:7", "a number is needed here"),
    Bad(sound + "settings: { a: }\n", "10:16", "a text is needed here"),
    Bad(sound + "settings: { a: { b: c } }\n", "10:16", "a text is needed here"),
    Bad(sound + "delay: { value: 1, source: s }\n", "10:8", "`uncertainty` is missing"),
    Bad(
      sound + "delay: { value: -1, uncertainty: 0, source: s }\n", "10:17",
      "the number is out of range"),
    Bad(sound + "maker: Other\n", "2:1", "`maker` is given more than once"),
    Bad(
      changed("[\"0403:6015\"]", "[\"0403:6015\""), "6:1",
      "not YAML: did not find expected ',' or ']'"),
    Bad(sound + "\trate: 1\n", "10:1", "not YAML: found a tab character that violates indentation"),
  ]

  @Test(arguments: bad)
  func `a bad profile is refused at its very place`(bad: Bad) throws {
    let fault = try #require(Self.fault(bad.text))
    #expect("\(fault.line):\(fault.column)" == bad.place)
    #expect(fault.message == bad.message)
    #expect(!fault.hint.isEmpty)
  }

  @Test func `a near miss is named in the hint`() {
    #expect(Self.fault(Self.changed("maker", "makre"))?.hint == "Did you mean `maker`?")
    #expect(Self.fault(Self.changed("twinleaf", "twinlaef"))?.hint == "Did you mean `twinleaf`?")
  }

  @Test func `a file beyond all reason is not parsed`() {
    let fault = Self.fault(Self.sound + String(repeating: "#", count: 1 << 16))
    #expect(fault?.message == "the file is too long")
  }
}
