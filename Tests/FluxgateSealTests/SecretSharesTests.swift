import Testing

@testable import FluxgateSeal

@Suite struct SecretSharesTests {
  private let secret = [UInt8](0..<32)

  private func split(
    _ plan: String, groups: Int? = nil, passphrase: String = ""
  ) throws -> [[Share]] {
    try SecretShares.split(
      secret, by: try SharePlan(text: plan, groupThreshold: groups),
      passphrase: Array(passphrase.utf8), iterationExponent: 0)
  }

  @Test func `any three of five give the secret, and two do not`() throws {
    let shares = try split("3of5")[0]
    for choice in Choices(of: 3, among: shares) {
      #expect(try SecretShares.combine(choice.reversed()) == secret)
    }
    for choice in Choices(of: 2, among: shares) {
      #expect(throws: ShareError.memberCount(group: 1, found: 2, needed: 3)) {
        try SecretShares.combine(choice)
      }
    }
    #expect(throws: ShareError.memberCount(group: 1, found: 4, needed: 3)) {
      try SecretShares.combine(Array(shares.prefix(4)))
    }
  }

  @Test func `two groups of three, each with its own threshold`() throws {
    let groups = try split("2of3,1of1,3of4", groups: 2)
    #expect(groups.map(\.count) == [3, 1, 4])
    #expect(try SecretShares.combine(groups[0].prefix(2) + groups[1]) == secret)
    #expect(try SecretShares.combine(groups[1] + groups[2].suffix(3)) == secret)
    #expect(throws: ShareError.groupCount(found: 1, needed: 2)) {
      try SecretShares.combine(Array(groups[0].prefix(2)))
    }
    #expect(throws: ShareError.groupCount(found: 3, needed: 2)) {
      try SecretShares.combine(groups[0].prefix(2) + groups[1] + groups[2].prefix(3))
    }
  }

  @Test func `a share of ours is 33 words and survives paper`() throws {
    for share in try split("2of3")[0] {
      #expect(share.words.count == Share.usualWordCount)
      #expect(try Share(mnemonic: share.mnemonic.uppercased()) == share)
    }
  }

  @Test func `up to three wrong words are always found`() throws {
    let words = try split("1of1")[0][0].words
    for first in words.indices {
      for step in [1, 2, 7] {
        var wrong = words
        for place in [first, first + step, first + 2 * step] {
          let at = place % words.count
          wrong[at] = ShareWords.all[(Int(ShareWords.place(of: wrong[at]) ?? 0) + 300) % 1024]
        }
        #expect(throws: ShareError.checksum) { try Share(words: wrong) }
      }
    }
    #expect(throws: ShareError.unknownWord(place: 4)) {
      try Share(words: words[..<3] + ["fluxgate"] + words[4...])
    }
    #expect(throws: ShareError.self) { try Share(words: Array(words.dropLast())) }
    #expect(throws: ShareError.wordCount(0)) { try Share(mnemonic: "") }
  }

  @Test func `another passphrase gives another secret and no error`() throws {
    let shares = Array(try split("2of3", passphrase: "correct horse")[0].prefix(2))
    #expect(try SecretShares.combine(shares, passphrase: Array("correct horse".utf8)) == secret)
    #expect(try SecretShares.combine(shares) != secret)
    #expect(throws: ShareError.passphrase) {
      try SecretShares.combine(shares, passphrase: Array("naïve".utf8))
    }
  }

  @Test(
    arguments: [
      ("0of3", nil), ("4of3", nil), ("1of2", nil), ("2of17", nil), ("2of3,2of3", nil),
      ("2of3,2of3", 3), ("2of3", 0), ("", nil), ("2of", nil), ("2of3,", 1), ("2of3of4", nil),
      ("two of 3", nil),
    ] as [(String, Int?)])
  func `a plan that cannot be is refused`(text: String, groups: Int?) {
    #expect(throws: ShareError.self) { try SharePlan(text: text, groupThreshold: groups) }
  }

  @Test func `the field's inverse is one`() {
    for element in UInt8(1)...255 {
      #expect(GF256.times(element, GF256.inverse(element)) == 1)
    }
    // FIPS 197, section 4.2.
    #expect(GF256.times(0x57, 0x83) == 0xC1)
  }
}
