import FluxgateSeal
import Testing

@testable import FluxgateRecording

@Suite struct ManifestTests {
  /// Roots of RFC 6962's reference tree (certificate-transparency's `merkle_tree_test`).
  @Test func `the tree is that of RFC 6962`() {
    let leaves: [[UInt8]] = [
      [], [0], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43],
      [0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
      [
        0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e,
        0x6f,
      ],
    ]
    let roots = [
      (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
      (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
      (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
      (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
    ]
    for (count, root) in roots {
      #expect(hexadecimal(MerkleRoot.of(Array(leaves.prefix(count)))) == root)
    }
  }

  /// RFC 3720, appendix B.4.
  @Test func `the journal's checksum is CRC-32C`() {
    #expect(CRC32C.of([UInt8](repeating: 0, count: 32)[...]) == 0x8a91_36aa)
    #expect(CRC32C.of([UInt8](repeating: 255, count: 32)[...]) == 0x62a8_ab43)
    #expect(CRC32C.of(Array(0..<32)[...]) == 0x46dd_794e)
    #expect(CRC32C.of(Array("123456789".utf8)[...]) == 0xe306_9283)
  }

  @Test func `a ledger entry is the salted digest of the manifest's file`() throws {
    let bench = try Bench()
    try bench.record()
    let report = try bench.verify()
    let file = try bench.read(bench.folder.manifest(2))
    let salt = try bench.read(bench.folder.salt)
    #expect(report.entries[1].manifestDigest == SHA256.digest(file))
    #expect(
      report.entries[1].entry
        == SHA256.digest(
          Array("fluxgate/v1/segment".utf8) + [0] + salt + SHA256.digest(file)))
  }

  @Test(arguments: [0, 1, -7, 1e-15, 0.1, -0.0, 1e300, .infinity, 9_007_199_254_740_993])
  func `floats keep their value and have one form`(value: Double) {
    let coded = CBOR.float(value)
    #expect(coded.float?.bitPattern == value.bitPattern)
    #expect(
      (coded.bytesValue == nil)
        == (value == value.rounded() && abs(value) < 1e15 && !(value == 0 && value.sign == .minus)))
  }

  @Test func `metadata keeps what it does not know`() throws {
    var meta = Bench.meta
    meta.other["clock"] = .array([.unsigned(1), .text("ppm")])
    meta.streams[1]?.other["stages"] = .text("notch 50")
    #expect(try CategoryMeta(meta.encoded()) == meta)
  }
}
