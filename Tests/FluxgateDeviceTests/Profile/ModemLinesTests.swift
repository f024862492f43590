import FluxgateDevice
import FluxgateTransport
import Foundation
import Testing

struct ModemLinesTests {
  private static func read(_ serial: String) throws(ProfileError) -> ModemLines {
    let text = ProfileReaderTests.sound.replacingOccurrences(of: "{ baud: 115200 }", with: serial)
    return try ProfileReader.read(text: text, file: "a.yaml").modemLines
  }

  @Test(arguments: [
    ("{ baud: 9600 }", ModemLines()),
    ("{ baud: 9600, dtr: true }", ModemLines(dataTerminalReady: true)),
    (
      "{ baud: 9600, dtr: false, rts: true }",
      ModemLines(dataTerminalReady: false, requestToSend: true)
    ),
  ])
  func `modem lines are read`(serial: String, lines: ModemLines) throws {
    #expect(try Self.read(serial) == lines)
  }

  @Test(arguments: ["yes", "1", "raised"])
  func `other words are refused`(word: String) {
    #expect(throws: ProfileError.self) { try Self.read("{ baud: 9600, dtr: \(word) }") }
  }
}
