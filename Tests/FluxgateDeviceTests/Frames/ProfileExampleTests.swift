import Testing

@testable import FluxgateDevice

struct ProfileExampleTests {
  @Test func `every example of every shipped profile comes out as it says`() throws {
    let profiles = try FrameProfiles.library().profiles
    for profile in profiles {
      #expect(ExampleRun.faults(of: profile).map(\.description) == [], "\(profile.name)")
    }
    #expect(profiles.filter { $0.driver == .frames && $0.examples.isEmpty }.map(\.name) == [])
    #expect(profiles.reduce(0) { $0 + $1.examples.count } >= 10)
  }

  struct Wrong: Sendable, CustomTestStringConvertible {
    var old: String
    var new: String
    var message: String
    var testDescription: String { message }

    init(_ old: String, _ new: String, _ message: String) {
      self.old = old
      self.new = new
      self.message = message
    }
  }

  /// Each changes one thing in the Cyton's examples, which then must not pass.
  static let wrong: [Wrong] = [
    Wrong(
      "codes: [1, 2, 3, 4, 5, 6, 7, 8]", "codes: [1, 2, 3, 4, 5, 6, 7, 9]", "row 1 of eeg is"),
    Wrong("codes: [1, 2, 3, 4, 5, 6, 7, 8]", "codes: [1, 2, 3]", "row 1 of eeg is"),
    Wrong("values: [69, 0, 0.000125, 0.00025]", "values: [69, 0, 0.000125, 0.0005]", "row 1 of"),
    Wrong(
      "      - { stream: accelerometer, values: [69, 0, 0.000125, 0.00025] }\n", "",
      "1 rows came of stream accelerometer, not 0"),
    Wrong(
      "{ stream: accelerometer, values: [69", "{ stream: accel, values: [69", "nothing came of"),
    Wrong("      - { state: ch6 railed }\n", "", "states are"),
    Wrong("lost: 1", "lost: 2", "1 rows are lost"),
    Wrong("skipped: 3", "skipped: 4", "3 bytes are in no frame"),
    Wrong("0002 C0\n", "0002 C7\n", "nothing came of stream eeg"),
    Wrong("scale: 0.000125", "scale: 0.00025", "row 1 of accelerometer"),
    Wrong("type: i24be", "type: i24le", "row 1 of eeg"),
    Wrong("counter: { at: 1, type: u8 }", "counter: { at: 2, type: u8 }", "rows are lost"),
  ]

  @Test(arguments: wrong)
  func `an example that does not hold is told with its place`(wrong: Wrong) throws {
    let text = try FrameProfiles.text("openbci-cyton")
    try #require(text.contains(wrong.old))
    let profile = try ProfileReader.read(
      text: text.replacing(wrong.old, with: wrong.new), file: "p.yaml")
    let faults = ExampleRun.faults(of: profile)
    #expect(faults.contains { $0.message.contains(wrong.message) }, "\(faults)")
    #expect(faults.allSatisfy { $0.line > 1 && $0.column > 1 && $0.file == "p.yaml" })
  }

  @Test func `lines of text are bytes with their ends`() throws {
    let node = try #require(
      try ProfileReader.read(
        text: ProfileReaderTests.sound + "examples:\n  - { name: n, lines: [\"~07\", \"!8\"] }\n",
        file: "p.yaml"
      ).examples.first)
    #expect(node.bytes == Array("~07\r\n!8\r\n".utf8))
  }
}
