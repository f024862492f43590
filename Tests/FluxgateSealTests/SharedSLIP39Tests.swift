import Foundation
import Testing

@testable import FluxgateSeal

/// The 45 cases of the standard; an empty secret means that the shares must be refused.
@Suite(.enabled(if: SharedFixtures.exist, "../shared/fixtures is not here"))
struct SharedSLIP39Tests {
  private struct Case {
    let title: String
    let mnemonics: [String]
    let secret: [UInt8]

    func combine() throws -> [UInt8] {
      try SecretShares.combine(
        try mnemonics.map { try Share(mnemonic: $0) }, passphrase: Array("TREZOR".utf8))
    }
  }

  private func cases() throws -> [Case] {
    let rows = try #require(SharedFixtures.json("crypto/slip39/vectors.json") as? [[Any]])
    return try rows.map { row in
      Case(
        title: try #require(row[0] as? String), mnemonics: try #require(row[1] as? [String]),
        secret: hex(try #require(row[2] as? String)))
    }
  }

  @Test func `every case gives its secret or is refused`() throws {
    let cases = try cases()
    #expect(cases.count == 45)
    #expect(cases.filter(\.secret.isEmpty).count == 30)
    for some in cases {
      if some.secret.isEmpty {
        #expect(throws: ShareError.self, "\(some.title)") { try some.combine() }
      } else {
        #expect(try some.combine() == some.secret, "\(some.title)")
      }
    }
  }

  @Test func `each refusal names what its case is made for`() throws {
    let reasons: [(title: String, error: ShareError)] = [
      ("invalid checksum (128", .checksum), ("invalid checksum (256", .checksum),
      ("invalid padding (128", .padding), ("invalid padding (256", .padding),
      ("5. Basic sharing", .memberCount(group: 1, found: 1, needed: 2)),
      ("different identifiers (256", .differentSets),
      ("different iteration exponents (256", .differentSets),
      ("mismatching group thresholds (256", .differentSets),
      ("mismatching group counts (256", .differentSets),
      ("greater group threshold than group counts (256", .groups),
      ("duplicate member indices (256", .sameMember(group: 1)),
      ("mismatching member thresholds (256", .differentThresholds(group: 1)),
      ("giving an invalid digest (256", .digest), ("insufficient length", .wordCount(19)),
      ("master secret length", .wordCount(21)),
    ]
    for reason in reasons {
      let some = try #require(try cases().first { $0.title.contains(reason.title) })
      #expect(throws: reason.error, "\(some.title)") { try some.combine() }
    }
  }

  @Test func `the list of words is the standard's`() throws {
    let file = SharedFixtures.folder.appendingPathComponent("crypto/slip39/wordlist.txt")
    let words = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    #expect(words.map(String.init) == ShareWords.all && ShareWords.all.count == 1024)
  }

  @Test func `a share is spelled again as it was read`() throws {
    var count = 0
    for mnemonic in try cases().flatMap(\.mnemonics) {
      guard let share = try? Share(mnemonic: mnemonic) else { continue }
      count += 1
      #expect(share.mnemonic == mnemonic)
    }
    #expect(count > 60)
  }
}
