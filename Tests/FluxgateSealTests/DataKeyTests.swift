import Foundation
import Testing

@testable import FluxgateSeal

@Suite struct DataKeyTests {
  @Test func `two fresh keys differ`() {
    #expect(DataKey().copyBytes() != DataKey().copyBytes())
  }

  @Test func `a key keeps its bytes until it is wiped`() throws {
    let bytes = [UInt8](1...32)
    let key = try #require(DataKey(bytes: bytes))
    #expect(key.copyBytes() == bytes)
    key.wipe()
    #expect(key.copyBytes() == [UInt8](repeating: 0, count: 32))
  }

  @Test(arguments: [0, 16, 31, 33, 64])
  func `other lengths are no key`(count: Int) {
    #expect(DataKey(bytes: [UInt8](repeating: 1, count: count)) == nil)
  }

  @Test(.enabled(if: DataKeyTests.kernelTellsFlags, "/proc/self/smaps shows no flags here"))
  func `a key's page is kept out of core dumps`() throws {
    let key = DataKey()
    let flags = try withExtendedLifetime(key) {
      try Self.mappingFlags(at: key.withBytes { UInt(bitPattern: $0) })
    }
    #expect(try #require(flags).contains("dd"))
  }

  private static let kernelTellsFlags =
    (try? String(contentsOfFile: "/proc/self/smaps", encoding: .utf8))?.contains("VmFlags:")
    ?? false

  /// The `VmFlags` of the mapping that holds `address`.
  private static func mappingFlags(at address: UInt) throws -> [Substring]? {
    let text = try String(contentsOfFile: "/proc/self/smaps", encoding: .utf8)
    var isHere = false
    for line in text.split(separator: "\n") {
      if line.hasPrefix("VmFlags:"), isHere { return line.split(separator: " ") }
      let ends = line.prefix { $0 != " " }.split(separator: "-").map { UInt($0, radix: 16) }
      if ends.count == 2, let low = ends[0], let high = ends[1] {
        isHere = (low..<high).contains(address)
      }
    }
    return nil
  }
}
