import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

struct EmbeddedLogTests {
  @Test func `a new log has a signed checkpoint of size 0`() throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    let note = try SignedNote(try scratch.bytes("log/checkpoint"))
    #expect(note == log.checkpoint())
    let checkpoint = try note.checkpoint(log: log.verifierKey)
    #expect(checkpoint == Checkpoint(origin: TestLog.origin, size: 0, root: .emptyTree))
    #expect(throws: LedgerError.outOfRange(0, size: 0)) { try log.proof(of: 0) }
    try log.audit()
  }

  @Test func `entries, proofs and heads survive reopening, whatever the batches`() throws {
    let scratch = try Scratch()
    let entries = TestLog.entries(0..<600)
    var heads: [Checkpoint] = []
    for (low, high) in [(0, 1), (1, 3), (3, 255), (255, 256), (256, 511), (511, 513), (513, 600)] {
      let log = try TestLog.open(scratch)
      #expect(log.recovered.isEmpty)
      #expect(try log.append(Array(entries[low..<high])) == (low..<high).map { UInt64($0) })
      #expect(log.head.root == .root(of: entries[..<high].map { TreeHash.leaf($0) }))
      heads.append(log.head)
    }
    let log = try TestLog.open(scratch)
    for (index, entry) in entries.enumerated() {
      #expect(try log.entry(at: UInt64(index)) == entry)
      let proof = try TlogProof(try log.proof(of: UInt64(index)).bytes)
      #expect(try proof.verify(entry: entry, log: log.verifierKey) == log.head)
    }
    for old in heads { #expect(extends(log.head, old, try log.consistency(from: old.size))) }
    try log.audit()
  }

  @Test func `partial tiles go when their full tile is published`() throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    for low in stride(from: 0, to: 300, by: 50) {
      _ = try log.append(TestLog.entries(low..<low + 50))
    }
    #expect(!scratch.exists("log/tile/0/000.p"))
    #expect(!scratch.exists("log/tile/entries/000.p"))
    #expect(scratch.exists("log/tile/0/001.p/44"))
    #expect(scratch.exists("log/tile/1/000.p/1"))
  }

  @Test func `a second writer is kept out until the first is gone`() throws {
    let scratch = try Scratch()
    do {
      let first = try TestLog.open(scratch)
      #expect(throws: LedgerError.locked) { try TestLog.open(scratch) }
      _ = try first.append([[1]])
    }
    #expect(try TestLog.open(scratch).head.size == 1)
  }

  @Test func `another key or another origin is refused`() throws {
    let scratch = try Scratch()
    _ = try TestLog.open(scratch)
    let path = scratch.path + "/log"
    #expect(throws: LedgerError.checkpoint(.noKnownSignature)) {
      try EmbeddedLog(directory: path, origin: TestLog.origin, key: SigningKey())
    }
    #expect(throws: LedgerError.damaged(path: "state")) {
      try EmbeddedLog(directory: path, origin: "gw.example/log2", key: try TestLog.key())
    }
    #expect(throws: LedgerError.badOrigin("a b")) {
      try EmbeddedLog(directory: path, origin: "a b", key: try TestLog.key())
    }
  }

  @Test func `batches out of bounds are refused and leave the log usable`() throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    let long = [UInt8](repeating: 0, count: 65_536)
    #expect(throws: LedgerError.emptyBatch) { try log.append([]) }
    #expect(throws: LedgerError.entryTooLong(position: 1, bytes: 65_536)) {
      try log.append([[], long])
    }
    let many = [[UInt8]](repeating: [], count: 65_537)
    #expect(throws: LedgerError.batchTooLarge(entries: 65_537, bytes: 0)) { try log.append(many) }
    let heavy = [[UInt8]](repeating: Array(long.dropLast()), count: 257)
    #expect(throws: LedgerError.batchTooLarge(entries: 257, bytes: 257 * 65_535)) {
      try log.append(heavy)
    }
    #expect(try log.append([[], Array(long.dropLast())]) == [0, 1])
    #expect(try log.entry(at: 0) == [])
    #expect(try log.entry(at: 1).count == 65_535)
  }

  @Test func `damage is named, and no bad proof is given out`() throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    _ = try log.append(TestLog.entries(0..<600))
    try scratch.flipByte("log/tile/0/001", at: 40)
    #expect(throws: LedgerError.damaged(path: "tile/0/001")) { try log.proof(of: 256) }
    #expect(throws: LedgerError.damaged(path: "tile/0/001")) { try log.audit() }
    try scratch.flipByte("log/tile/0/001", at: 40)
    try scratch.flipByte("log/tile/entries/000", at: 5)
    #expect(throws: LedgerError.damaged(path: "tile/entries/000")) { try log.entry(at: 0) }
    #expect(throws: LedgerError.self) { try log.audit() }
  }

  @Test func `reading goes on while another thread appends`() async throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    let entries = TestLog.entries(0..<300)
    _ = try log.append(Array(entries[..<10]))
    async let written: Void = {
      for low in stride(from: 10, to: 300, by: 10) {
        _ = try log.append(Array(entries[low..<low + 10]))
      }
    }()
    for round in 0..<200 {
      let index = round % 10
      let proof = try log.proof(of: UInt64(index))
      _ = try proof.verify(entry: entries[index], log: log.verifierKey)
    }
    try await written
    #expect(log.head.size == 300)
  }

  private func extends(_ head: Checkpoint, _ old: Checkpoint, _ proof: [TreeHash]) -> Bool {
    MerkleProof.extends(
      oldSize: old.size, oldRoot: old.root, size: head.size, root: head.root, proof: proof)
  }
}
