import FluxgateLedger
import Testing

struct TileAddressTests {
  @Test(arguments: [
    (TileAddress.Level.hashes(0), UInt64(5), 256, "tile/0/005"),
    (.hashes(0), 1_234_067, 256, "tile/0/x001/x234/067"),
    (.hashes(63), 273, 112, "tile/63/273.p/112"),
    (.entries, 1000, 1, "tile/entries/x001/000.p/1"),
    (.hashes(1), .max, 256, "tile/1/x018/x446/x744/x073/x709/x551/615"),
  ])
  func `paths are those of the format`(
    _ level: TileAddress.Level, _ index: UInt64, _ width: Int, _ path: String
  ) throws {
    let address = try #require(TileAddress(level: level, index: index, width: width))
    #expect(address.path == path)
    #expect(TileAddress(path: path) == address)
  }

  @Test(arguments: [
    "", "tile", "tile/0", "tile/64/000", "tile/00/000", "tile/-1/000", "tile/0/5",
    "tile/0/x000/005",
    "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p", "tile/0/000/",
    "tile/0/1000", "tile/0/x001/x002", "tile/data/000", "/tile/0/000",
    "tile/0/x001/x018/x446/x744/x073/x709/x551/615", "tile/0/x018/x446/x744/x073/x709/x551/616",
  ])
  func `other spellings are refused`(_ path: String) { #expect(TileAddress(path: path) == nil) }

  @Test func `70,000 entries call for the tiles that the format's text lists`() {
    let paths = TileAddress.all(ofSize: 70_000).map(\.path)
    #expect(paths.count == 274 * 2 + 2 + 1)
    for path in ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"] {
      #expect(paths.contains(path))
    }
    #expect(TileAddress.all(ofSize: 0).isEmpty)
    // Nobody could hold them all.
    let most = TileAddress.all(ofSize: .max).prefix(2).map(\.path)
    #expect(most == ["tile/entries/000", "tile/entries/001"])
    #expect(
      TileAddress.all(ofSize: 256).map(\.path)
        == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"])
  }
}
