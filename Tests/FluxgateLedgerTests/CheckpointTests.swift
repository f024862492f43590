import FluxgateLedger
import FluxgateSeal
import Testing

struct CheckpointTests {
  private let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

  @Test func `text and checkpoint turn into each other`() throws {
    let text = "gw.example/log1\n17\n\(root)\nmore\n"
    let checkpoint = try Checkpoint(text)
    #expect(checkpoint.size == 17)
    #expect(checkpoint.root == .emptyTree)
    #expect(checkpoint.extensions == ["more"])
    #expect(checkpoint.text == text)
  }

  @Test(arguments: [
    "", "a\n", "a\n1\n", "\n1\nR\n", "a\n01\nR\n", "a\n-1\nR\n", "a\n+1\nR\n", "a\n\nR\n",
    "a\n18446744073709551616\nR\n", "a\n1\nQQ==\n", "a\n1\nR", "a\n1\nR\n\n", "a\n1\nR\n\nx\n",
    "a\n1\nQ/O20fJj0E4NCcGvD3THEjQ0wac4usIbfcXm+NdGVjB=\n",
  ])
  func `other texts are refused`(_ form: String) {
    let text = form.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0 == "R" ? root : String($0) }.joined(separator: "\n")
    #expect(throws: NoteError.self) { try Checkpoint(text) }
  }

  @Test func `a checkpoint of another origin than the key's is refused`() throws {
    let key = SigningKey()
    let log = try #require(VerifierKey(name: "gw.example/a", key: key.publicKey))
    let note = try SignedNote(text: "gw.example/b\n0\n\(root)\n", name: "gw.example/a", key: key)
    #expect(throws: NoteError.wrongOrigin("gw.example/b")) { try note.checkpoint(log: log) }
  }

  @Test func `a witness alone does not make a checkpoint`() throws {
    let witness = SigningKey()
    let name = "gw.example/a"
    let log = try #require(VerifierKey(name: name, key: SigningKey().publicKey))
    let known = try #require(VerifierKey(name: "w.example", key: witness.publicKey))
    let note = try SignedNote(text: "\(name)\n0\n\(root)\n", name: "w.example", key: witness)
    #expect(throws: NoteError.noLogSignature) { try note.checkpoint(log: log, witnesses: [known]) }
  }

  @Test(
    .enabled(if: Fixtures.exist, Comment(rawValue: Fixtures.missing)),
    arguments: 0...15)
  func `the public log's checkpoints verify and extend one another`(_ size: UInt64) throws {
    let text = try Fixtures.text("tlog-public/vkey.txt").split(separator: "\n")[0]
    let log = try VerifierKey(String(text))
    let note = try SignedNote(try Fixtures.bytes("tlog-public/checkpoint.\(size)"))
    let checkpoint = try note.checkpoint(log: log)
    #expect(checkpoint.size == size)
    guard size > 0 else { return }
    let tile = try Fixtures.bytes("tlog-public/tile/0/000.p/\(size)")
    let leaves = stride(from: 0, to: tile.count, by: 32).compactMap { TreeHash(tile[$0..<$0 + 32]) }
    let bundle = try Fixtures.bytes("tlog-public/tile/entries/000.p/\(size)")
    let entries = try #require(EntryBundle.decode(bundle))
    #expect(entries.map { TreeHash.leaf($0) } == leaves)
    #expect(TreeHash.root(of: leaves) == checkpoint.root)
    #expect(EntryBundle.encode(entries) == bundle)
  }
}
