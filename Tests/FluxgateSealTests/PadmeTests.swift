import Testing

@testable import FluxgateSeal

@Suite struct PadmeTests {
  @Test(.enabled(if: SharedFixtures.exist, "../shared/fixtures is not here"))
  func `lengths agree with the shared table`() throws {
    let table = try #require(SharedFixtures.json("crypto/sealed-chunk/padme.json") as? [[Int]])
    for row in table { #expect(Padme.paddedLength(row[0]) == row[1]) }
  }

  @Test func `padding costs 12 percent at most and a padded length stays`() {
    for length in 1...70_000 {
      let padded = Padme.paddedLength(length)
      #expect(padded >= length && padded * 100 <= length * 112 + 99)
      #expect(Padme.paddedLength(padded) == padded)
    }
  }
}
