import FluxgateLedger
import FluxgateSeal
import Testing

struct LedgerEntryTests {
  @Test func `a segment's entry is its salted commitment`() throws {
    let salt = [UInt8](0..<32)
    let manifest = Array("manifest".utf8)
    let digest = SHA256.digest(manifest)
    let whole = Array("fluxgate/v1/segment".utf8) + [0] + salt + digest
    let entry = try LedgerEntry.segment(salt: salt, manifest: manifest)
    #expect(entry == SHA256.digest(whole))
    // Computed apart with Python's hashlib.
    #expect(hexText(entry) == "7a54af36969f9df70a1796f66877151500042af805a1ea4bc63eda7f48fba2c6")
  }

  @Test func `a salt or a digest of another length is refused`() {
    #expect(throws: LedgerError.badLength(31)) {
      try LedgerEntry.segment(salt: [UInt8](repeating: 0, count: 31), manifest: [])
    }
    #expect(throws: LedgerError.badLength(0)) {
      try LedgerEntry.segment(salt: [UInt8](repeating: 0, count: 32), manifestDigest: [])
    }
  }
}
