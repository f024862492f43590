import Testing

@testable import FluxgateSeal

@Suite struct CapsuleListTests {
  private let keys = (0..<3).map {
    CapsuleKey(category: UInt16(200 * $0), epoch: UInt32(30_000 * $0), key: DataKey())
  }

  private var entries: [CapsuleEntry] {
    keys.map { CapsuleEntry(category: $0.category, epoch: $0.epoch, commitment: []) }
  }

  private var list: [UInt8] { CapsuleList.withEncoded(keys) { Array($0) } }

  private func decode(_ list: [UInt8], _ entries: [CapsuleEntry]) -> [CapsuleKey]? {
    list.withUnsafeBytes { CapsuleList.decode($0, expecting: entries) }
  }

  @Test func `the list written by hand is the deterministic CBOR of its keys`() {
    let value = CBOR.array(
      keys.map {
        .array([
          .unsigned(UInt64($0.category)), .unsigned(UInt64($0.epoch)), .bytes($0.key.copyBytes()),
        ])
      })
    #expect(list == value.encoded())
  }

  @Test func `a list holds exactly the keys that were announced`() {
    let back = decode(list, entries)
    #expect(back?.map { $0.key.copyBytes() } == keys.map { $0.key.copyBytes() })
    #expect(decode(list + [0], entries) == nil)
    #expect(decode(list, Array(entries.dropLast())) == nil)
    #expect(decode(list, entries.reversed()) == nil)
    for count in 0..<list.count { #expect(decode(Array(list.prefix(count)), entries) == nil) }
  }
}
