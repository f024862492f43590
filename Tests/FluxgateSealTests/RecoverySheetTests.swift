import Testing

@testable import FluxgateSeal

@Suite struct RecoverySheetTests {
  private let patient: PatientSecret
  private let shares: [Share]
  private let text: String

  init() throws {
    patient = try #require(PatientSecret(name: "study-017", root: [UInt8](0..<32)))
    shares = try patient.shares(by: try SharePlan(text: "2of3", groupThreshold: nil))[0]
    text = RecoverySheet(shares[0], of: patient.publicKey)
      .text(memberCount: 3, hasPassphrase: false, date: "2026-11-21")
  }

  @Test func `a sheet is 80 columns wide and reads back`() throws {
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(text.contains("sheet        1 of 3 in group 1\n"))
    #expect(text.contains(patient.fingerprint))
    let read = try RecoverySheet(text: text)
    #expect(read.share == shares[0] && read.label == "study-017")
    #expect(read.fingerprint == patient.publicKey.keyFingerprint)
    #expect(try RecoverySheet(text: text.replacing("\n", with: "\r\n")) == read)
  }

  @Test func `the words alone are a sheet without a fingerprint`() throws {
    let read = try RecoverySheet(text: shares[1].words.joined(separator: "\n") + "\n")
    #expect(read.share == shares[1] && read.fingerprint == nil && read.label == nil)
  }

  @Test func `two sheets bring the keys back`() throws {
    let root = try SecretShares.combine([shares[2], shares[0]])
    let back = try #require(PatientSecret(name: "study-017", root: root))
    #expect(back.publicKey == patient.publicKey)
  }

  @Test func `a sheet with a missing, doubled or swapped line is refused`() throws {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let rows = lines.indices.filter { lines[$0].hasPrefix("  ") }
    #expect(rows.count == 11)
    for row in rows {
      var cut = lines
      cut.remove(at: row)
      #expect(throws: RecoverySheetError.numbers) {
        try RecoverySheet(text: cut.joined(separator: "\n"))
      }
      #expect(throws: RecoverySheetError.numbers) {
        try RecoverySheet(text: (lines + [lines[row]]).joined(separator: "\n"))
      }
    }
    let swapped = text.replacing("   1 ", with: "   @ ").replacing("   2 ", with: "   1 ")
      .replacing("   @ ", with: "   2 ")
    #expect(throws: RecoverySheetError.share(.checksum)) { try RecoverySheet(text: swapped) }
    #expect(throws: RecoverySheetError.fingerprint) {
      try RecoverySheet(text: text.replacing("fingerprint  ", with: "fingerprint  x"))
    }
    #expect(throws: RecoverySheetError.share(.wordCount(0))) { try RecoverySheet(text: "") }
  }
}
