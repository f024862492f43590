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

  private static let kernelTellsFlags = (try? mappings().contains("VmFlags:")) ?? false

  /// Read piece by piece: Foundation takes the file's size of 0 for a short file.
  private static func mappings() throws -> String {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/smaps"))
    var bytes = Data()
    while let piece = try file.read(upToCount: 1 << 16), !piece.isEmpty { bytes += piece }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The `VmFlags` of the mapping that holds `address`.
  private static func mappingFlags(at address: UInt) throws -> [Substring]? {
    var isHere = false
    for line in try mappings().split(separator: "\n") {
      if line.hasPrefix("VmFlags:"), isHere { return line.split(separator: " ") }
      let ends = line.prefix { $0 != " " }.split(separator: "-").map { UInt($0, radix: 16) }
      if ends.count == 2, let low = ends[0], let high = ends[1] {
        isHere = (low..<high).contains(address)
      }
    }
    return nil
  }
}
