import Testing

@testable import FluxgateDevice

/// Every mistake in `frames` and `examples` is told at its line and column.
struct FrameReaderTests {
  static let sound = """
    name: my-board
    maker: Maker
    model: Model 1
    match: { address: /dev/ttyACM0 }
    transport: { serial: { baud: 115200 } }
    driver: frames
    category: neuro
    rate: 250
    frames:
      sync: A5 5A
      length: 16
      end: "0D"
      marks: [{ at: 3, mask: F0, value: C0 }]
      counter: { at: 2, type: u8, modulus: 250 }
      checksum: { kind: sum8, at: 14, first: 2, last: 13 }
      frames-per-row: 2
      stream: ecg
      fields:
        - { name: "a#", part: 0, at: 4, count: 2, type: i24be, kind: ecg, unit: V, scale: 1e-6 }
        - { name: "b#", part: 1, at: 4, count: 2, stride: 4, type: i16le, kind: ecg }
      slow:
        - { stream: temperature, when: { at: 3, is: C0 }, fields: [{ name: t, at: 12, type: u16be, kind: temperature }] }
      states: [{ name: "lead#", at: 3, type: u8, bit: 0, count: 4 }]

    """

  private static func fault(_ text: String) -> ProfileError? {
    do throws(ProfileError) {
      _ = try ProfileReader.read(text: text, file: "p.yaml")
      return nil
    } catch {
      return error
    }
  }

  @Test func `a section with everything is read`() throws {
    let profile = try ProfileReader.read(text: Self.sound, file: "p.yaml")
    let format = try #require(profile.frames)
    #expect(format.sync == [0xA5, 0x5A])
    #expect(format.columns.map(\.name) == ["a1", "a2", "b1", "b2"])
    #expect(format.columns.map(\.offset) == [4, 7, 4, 8])
    #expect(format.counter?.modulus == 250)
    #expect(format.states.map(\.label) == ["lead1", "lead2", "lead3", "lead4"])
    #expect(format.end?.contains(0x0D) == true)
    #expect(format.confirmsWithNext)
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var old: String
    var new: String
    var place: String
    var message: String
    var testDescription: String { message }

    init(_ old: String, _ new: String, _ place: String, _ message: String) {
      self.old = old
      self.new = new
      self.place = place
      self.message = message
    }
  }

  static let bad: [Bad] = [
    Bad("rate: 250\n", "", "1:1", "`rate` is missing"),
    Bad("rate: 250\n", "rate: 1e-9\n", "8:7", "the number is out of range"),
    Bad("driver: frames", "driver: twinleaf", "10:3", "`frames` does not go with this driver"),
    Bad("sync: A5 5A", "sync: A5 5", "10:9", "no hex bytes"),
    Bad("sync: A5 5A", "snyc: A5 5A", "10:3", "`snyc` is not known here"),
    Bad("length: 16", "length: 1", "11:11", "the number is out of range"),
    Bad("length: 16", "length: 13", "15:51", "bytes 13 to 13 are beyond the frame"),
    Bad("end: \"0D\"", "end: 0D..0C", "12:8", "no set of bytes"),
    Bad("end: \"0D\"", "end: 0D...0E", "12:8", "no set of bytes"),
    Bad("value: C0 }", "value: CF }", "13:11", "the value has bits that the mask has not"),
    Bad("at: 2, type: u8,", "at: 2, type: i8,", "14:27", "a counter has no sign"),
    Bad("at: 2, type: u8,", "at: 2, type: u9,", "14:27", "there is no type `u9`"),
    Bad("modulus: 250", "modulus: 257", "14:40", "the number is out of range"),
    Bad(
      "modulus: 250", "modulus: 251", "16:19", "the counter cannot tell the frames of a row apart"),
    Bad("kind: sum8", "kind: sum9", "15:21", "`sum9` is not known here"),
    Bad("last: 13", "last: 14", "15:13", "it covers itself"),
    Bad("first: 2", "first: 14", "15:13", "it covers no byte"),
    Bad("\"b#\", part: 1", "\"b#\", part: 0", "16:19", "no field is in part 1"),
    Bad("\"b#\"", "\"b\"", "20:15", "several have this one name"),
    Bad("\"b#\"", "\"a#\"", "19:5", "two columns are called `a1`"),
    Bad("scale: 1e-6", "scale: 0", "19:7", "the scale is 0"),
    Bad("stride: 4", "stride: 40", "20:34", "bytes 4 to 45 are beyond the frame"),
    Bad("stream: ecg", "stream: ECG 1", "17:11", "the name holds other characters than allowed"),
    Bad("stream: temperature", "stream: ecg", "22:5", "two streams are called `ecg`"),
    Bad("type: u16be", "type: f32be", "22:63", "a slow stream keeps integers without rails"),
    Bad("bit: 0, count: 4", "bit: 6, count: 4", "23:61", "the number is out of range"),
    Bad("bit: 0", "bit: 8", "23:51", "the number is out of range"),
  ]

  @Test(arguments: bad) func `a mistake is told at its very place`(bad: Bad) throws {
    try #require(Self.sound.contains(bad.old))
    let fault = try #require(Self.fault(Self.sound.replacing(bad.old, with: bad.new)))
    #expect(
      "\(fault.line):\(fault.column): \(fault.message)".hasPrefix("\(bad.place): \(bad.message)"))
    #expect(!fault.hint.isEmpty)
  }

  @Test(arguments: [
    ("{ bytes: A0 }", "`name` is missing"), ("{ name: n }", "`bytes` is missing"),
    ("{ name: n, bytes: A }", "no hex bytes"),
    ("{ name: n, bytes: A0, gives: [{ stream: ecg }] }", "`codes` is missing"),
    ("{ name: n, bytes: A0, gives: [{ codes: [1] }] }", "`stream` is missing"),
    ("{ name: n, bytes: A0, lost: -1 }", "the number is out of range"),
    ("{ name: n, bytes: A0, given: [] }", "`given` is not known here"),
  ]) func `a bad example is told of`(text: String, message: String) throws {
    let fault = try #require(Self.fault(Self.sound + "examples: [\(text)]\n"))
    #expect(fault.message == message)
    #expect(fault.line == 24)
  }

  /// Aliases make much of a short file.
  @Test func `a file that repeats itself by alias is bounded`() throws {
    let row =
      "{ stream: ecg, codes: [\(Array(repeating: "1", count: 2000).joined(separator: ","))] }"
    let rows = Array(repeating: "*r", count: 200).joined(separator: ", ")
    let examples = Array(repeating: "*e", count: 200).joined(separator: ", ")
    let text = "examples: [&e { name: n, bytes: A0, gives: [&r \(row), \(rows)] }, \(examples)]\n"
    #expect(try #require(Self.fault(Self.sound + text)).message == "the examples are too long")
  }
}
