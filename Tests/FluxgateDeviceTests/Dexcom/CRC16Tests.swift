import Testing

@testable import FluxgateDevice

struct CRC16Tests {
  @Test(arguments: [
    ("31 32 33 34 35 36 37 38 39", 0x31C3), ("00 01 02 03 04 05 06 07 08 09", 0x2378),
    ("30 31 32 33 34 35 36 37 38 39", 0x9C58), ("ff ff ff ff", 0x99CF),
    ("01 07 00 10 04", 0xB88B), ("", 0),
  ])
  func `published vectors`(_ text: String, _ expected: Int) {
    #expect(CRC16.xmodem(Hex.bytes(text)) == UInt16(expected))
  }

  @Test func `bytes too short for a checksum are never closed by one`() {
    for count in 0..<2 {
      let closes = CRC16.closes([UInt8](repeating: 7, count: count).span.bytes)
      #expect(!closes)
    }
  }
}
