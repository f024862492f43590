import FluxgateLedger
import FluxgateSeal
import Testing

@Suite(.enabled(if: Fixtures.exist, Comment(rawValue: Fixtures.missing)))
struct TlogProofTests {
  @Test(arguments: ["tlog-small", "tlog-70000"])
  func `the shared proofs verify with both witnesses`(_ name: String) throws {
    let vectors = try LogVectors.load(name)
    let keys = try vectors.keys.map { try VerifierKey($0.vkey) }
    let bytes = try Fixtures.bytes("\(name)/entry.tlog-proof")
    let proof = try TlogProof(bytes)
    #expect(proof.bytes == bytes)
    let entry = try Fixtures.bytes("\(name)/entry")
    let head = try proof.verify(
      entry: entry, log: keys[0], witnesses: Array(keys.dropFirst()), quorum: 2)
    #expect(head.size == UInt64(vectors.size))
    #expect(throws: NoteError.notIncluded) { try proof.verify(entry: entry + [0], log: keys[0]) }
    #expect(throws: NoteError.tooFewWitnesses(signed: 1, needed: 2)) {
      try proof.verify(entry: entry, log: keys[0], witnesses: [keys[1], keys[1]], quorum: 2)
    }
    let times = try proof.checkpoint.verify(keys).compactMap(\.time)
    #expect(times == [1_780_000_000, 1_780_000_007])
  }

  @Test func `no byte of a proof can be changed unseen`() throws {
    let vectors = try LogVectors.load("tlog-small")
    let keys = try vectors.keys.map { try VerifierKey($0.vkey) }
    let bytes = try Fixtures.bytes("tlog-small/entry.tlog-proof")
    let entry = try Fixtures.bytes("tlog-small/entry")
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 1
      #expect(throws: NoteError.self, "byte \(place)") {
        try TlogProof(changed).verify(
          entry: entry, log: keys[0], witnesses: Array(keys.dropFirst()), quorum: 2)
      }
    }
  }

  @Test func `extra bytes are kept and malformed heads refused`() throws {
    let good = try TlogProof(try Fixtures.bytes("tlog-small/entry.tlog-proof"))
    let extra = TlogProof(
      index: good.index, hashes: good.hashes, checkpoint: good.checkpoint, extra: [1, 2, 3])
    #expect(try TlogProof(extra.bytes) == extra)
    let text = String(decoding: good.bytes, as: UTF8.self)
    for (part, other) in [
      ("@v1", "@v2"), ("index 500", "index 0500"), ("index 500", "Index 500"),
      ("index 500\n", "index 500\nQQ==\n"), ("index 500\n", "extra \u{2014}\nindex 500\n"),
    ] {
      let changed = text.replacing(part, with: other)
      #expect(throws: NoteError.self) { try TlogProof(Array(changed.utf8)) }
    }
  }
}
