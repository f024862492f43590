import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

@Suite(.enabled(if: Fixtures.exist, Comment(rawValue: Fixtures.missing)))
struct SharedLogTests {
  @Test(arguments: ["tlog-small", "tlog-70000"])
  func `the shared logs are rebuilt byte for byte`(_ name: String) throws {
    let vectors = try LogVectors.load(name)
    let scratch = try Scratch()
    let log = try rebuild(vectors, in: scratch)
    #expect(log.verifierKey == (try vectors.vkey))
    #expect(try tiles(in: scratch) == vectors.tiles)
    try checkHead(log, name)
    try checkProofs(log, vectors)
    try checkRoots(vectors)
    try log.audit()
  }

  @Test func `the small log's tile files are equal`() throws {
    let vectors = try LogVectors.load("tlog-small")
    let scratch = try Scratch()
    _ = try rebuild(vectors, in: scratch)
    for path in vectors.tiles.keys {
      #expect(try scratch.bytes("log/\(path)") == Fixtures.bytes("tlog-small/log/\(path)"))
      #expect(TileAddress(path: path)?.path == path)
    }
    #expect(Set(TileAddress.all(ofSize: 1000).map(\.path)) == Set(vectors.tiles.keys))
  }

  private func rebuild(_ vectors: LogVectors, in scratch: Scratch) throws -> EmbeddedLog {
    let key = try #require(SigningKey(seed: hex(vectors.keys[0].seed)))
    let log = try EmbeddedLog(
      directory: scratch.path + "/log", origin: vectors.keys[0].name, key: key)
    let entries = vectors.entries
    for low in stride(from: 0, to: entries.count, by: 35_000) {
      _ = try log.append(Array(entries[low..<min(low + 35_000, entries.count)]))
    }
    return log
  }

  /// In the form of vectors.json, without the partial tiles of sizes in between.
  private func tiles(in scratch: Scratch) throws -> [String: String] {
    let paths = try scratch.files().filter { $0.hasPrefix("log/tile/") }
    return try Dictionary(
      uniqueKeysWithValues: paths.map { path in
        let bytes = try scratch.bytes(path)
        return (String(path.dropFirst(4)), "\(bytes.count) \(hexText(SHA256.digest(bytes)))")
      })
  }

  /// The log's own line is the same; the shared ones have witnesses' lines after it.
  private func checkHead(_ log: EmbeddedLog, _ name: String) throws {
    let shared = try SignedNote(try Fixtures.bytes("\(name)/checkpoint"))
    #expect(log.checkpoint().text == shared.text)
    #expect(log.checkpoint().signatures == Array(shared.signatures.prefix(1)))
    let proof = try TlogProof(try Fixtures.bytes("\(name)/entry.tlog-proof"))
    #expect(try log.proof(of: proof.index).hashes == proof.hashes)
    #expect(try log.entry(at: proof.index) == Fixtures.bytes("\(name)/entry"))
  }

  private func checkProofs(_ log: EmbeddedLog, _ vectors: LogVectors) throws {
    for item in vectors.inclusion {
      let proof = item.proof.compactMap { TreeHash(hex($0)) }
      let (leaf, root) = try (hash(item.leaf), hash(item.root))
      #expect(
        MerkleProof.includes(leaf, at: item.index, size: item.size, root: root, proof: proof))
      if item.size == UInt64(vectors.size) {
        #expect(try log.proof(of: item.index).hashes == proof)
      }
    }
    for item in vectors.consistency {
      let proof = item.proof.compactMap { TreeHash(hex($0)) }
      let (old, new) = try (hash(item.oldRoot), hash(item.newRoot))
      #expect(
        MerkleProof.extends(
          oldSize: item.old, oldRoot: old, size: item.new, root: new, proof: proof))
      if item.new == UInt64(vectors.size) {
        #expect(try log.consistency(from: item.old) == proof)
      }
    }
  }

  private func checkRoots(_ vectors: LogVectors) throws {
    var edge = RightEdge()
    for index in 0...vectors.size {
      if let root = vectors.roots["\(index)"] { #expect(edge.root == (try hash(root))) }
      edge.append(.leaf(vectors.entry(index)))
    }
  }

  private func hash(_ text: String) throws -> TreeHash { try #require(TreeHash(hex(text))) }
}
