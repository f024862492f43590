import Testing

@testable import FluxgateSeal

@Suite struct KeyFingerprintTests {
  @Test func `a fingerprint is eight groups of four digits and reads back`() throws {
    let fingerprint = try #require(KeyFingerprint(bytes: [UInt8](0xF0...0xFF)))
    #expect(fingerprint.text == "f0f1-f2f3-f4f5-f6f7-f8f9-fafb-fcfd-feff")
    #expect(KeyFingerprint(text: fingerprint.text) == fingerprint)
  }

  @Test(arguments: [
    "", "f0f1", "F0F1-f2f3-f4f5-f6f7-f8f9-fafb-fcfd-feff", "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
    "f0f1-f2f3-f4f5-f6f7-f8f9-fafb-fcfd-fefg", "f0f1-f2f3-f4f5-f6f7-f8f9-fafb-fcfd-feff-",
  ])
  func `another spelling is none`(text: String) {
    #expect(KeyFingerprint(text: text) == nil)
  }
}
