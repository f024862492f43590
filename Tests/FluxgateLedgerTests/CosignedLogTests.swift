import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

/// Witnesses' lines under a log's own checkpoint.
struct CosignedLogTests {
  private static func keys(_ cosigners: [Cosigner]) -> [VerifierKey] {
    cosigners.map(\.verifierKey)
  }

  private func merge(
    _ cosigner: Cosigner, _ log: EmbeddedLog, at time: UInt64 = 1_790_000_000
  ) throws -> Bool {
    let text = log.checkpoint().text
    return try log.merge(
      cosigner.cosign(text, at: time), of: cosigner.verifierKey, under: text)
  }

  @Test func `lines are durable, and a newer one takes the place of an older`() throws {
    let scratch = try Scratch()
    let cosigners = [
      try TestWitness.cosigner(), try TestWitness.cosigner("w.example/2", seed: 10),
    ]
    do {
      let log = try TestLog.open(scratch)
      _ = try log.append(TestLog.entries(0..<5))
      for cosigner in cosigners { #expect(try merge(cosigner, log)) }
      #expect(try merge(cosigners[0], log, at: 1_790_000_001))
      #expect(log.checkpoint().signatures.count == 3)
      #expect(try scratch.bytes("log/checkpoint") == log.checkpoint().bytes)
    }
    let log = try TestLog.open(scratch)
    let known = Self.keys(cosigners)
    _ = try log.checkpoint().checkpoint(log: log.verifierKey, witnesses: known, quorum: 2)
    let times = try log.checkpoint().verify(known).map(\.time)
    #expect(Set(times) == [1_790_000_000, 1_790_000_001])
    // The next checkpoint begins with the log's own line again.
    _ = try log.append([[1]])
    #expect(log.checkpoint().signatures.count == 1)
    try log.audit()
  }

  @Test func `a line for a checkpoint that the log has left changes nothing`() throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    _ = try log.append([[1]])
    let old = log.checkpoint().text
    _ = try log.append([[2]])
    let cosigner = try TestWitness.cosigner()
    let line = cosigner.cosign(old, at: 1)
    #expect(try log.merge(line, of: cosigner.verifierKey, under: old) == false)
    #expect(log.checkpoint().signatures.count == 1)
  }

  @Test func `bad lines, other keys' lines and the log's own key are refused`() throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    _ = try log.append([[1]])
    let text = log.checkpoint().text
    let (cosigner, other) = (
      try TestWitness.cosigner(), try TestWitness.cosigner("w.example/2", seed: 10)
    )
    let own = try #require(Cosigner(name: "own.example", key: try TestLog.key()))
    for (line, key) in [
      (cosigner.cosign("x\n", at: 1), cosigner.verifierKey),
      (other.cosign(text, at: 1), cosigner.verifierKey),
      (own.cosign(text, at: 1), own.verifierKey),
      (log.checkpoint().signatures[0], log.verifierKey),
    ] {
      #expect(throws: LedgerError.checkpoint(.badSignature(key.name))) {
        try log.merge(line, of: key, under: text)
      }
    }
    #expect(try scratch.bytes("log/checkpoint") == log.checkpoint().bytes)
    #expect(log.checkpoint().signatures.count == 1)
  }

  @Test func `a line that cannot be written leaves a log that goes on`() throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    _ = try log.append([[1]])
    let aside = scratch.url("log/incoming")
    try FileManager.default.createDirectory(at: aside, withIntermediateDirectories: true)
    #expect(throws: LedgerError.self) { try merge(try TestWitness.cosigner(), log) }
    try FileManager.default.removeItem(at: aside)
    #expect(try merge(try TestWitness.cosigner(), log))
    #expect(try log.append([[2]]) == [1])
    try log.audit()
  }

  @Test func `proofs under an older cosigned checkpoint hold after the log has gone on`() throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    let cosigner = try TestWitness.cosigner()
    _ = try log.append(TestLog.entries(0..<100))
    #expect(try merge(cosigner, log))
    let cosigned = log.checkpoint()
    // Far enough that the partial tiles of the older size are gone.
    _ = try log.append(TestLog.entries(100..<1_300))
    for index in [UInt64(0), 63, 64, 99] {
      let proof = try log.proof(of: index, under: cosigned)
      let head = try proof.verify(
        entry: TestLog.entries(0..<100)[Int(index)], log: log.verifierKey,
        witnesses: [cosigner.verifierKey], quorum: 1)
      #expect(head.size == 100)
    }
    #expect(throws: LedgerError.outOfRange(100, size: 100)) {
      try log.proof(of: 100, under: cosigned)
    }
    let other = try TestLog.open(try Scratch())
    #expect(throws: LedgerError.outOfRange(100, size: 0)) {
      try other.proof(of: 0, under: cosigned)
    }
  }

  @Test func `one party counts once, whatever its names, and the log never`() throws {
    let scratch = try Scratch()
    let log = try TestLog.open(scratch)
    _ = try log.append([[1]])
    let (one, same) = (try TestWitness.cosigner(), try TestWitness.cosigner("alias.example"))
    let own = try #require(Cosigner(name: "own.example", key: try TestLog.key()))
    let all = [one, same, own]
    let text = log.checkpoint().text
    var note = log.checkpoint().bytes
    for cosigner in all {
      let line = SignedLine.text(cosigner.cosign(text, at: 1))
      note += Array(line.utf8)
    }
    let signed = try SignedNote(note)
    let quorum = WitnessQuorum(needed: 2, keys: Self.keys(all))
    #expect(quorum.cosigners(of: signed, log: log.verifierKey) == [one.verifierKey])
    #expect(!quorum.isMet(by: signed, log: log.verifierKey))
    #expect(!WitnessQuorum.none.isMet(by: signed, log: log.verifierKey))
  }

  @Test func `policies as text`() throws {
    let (one, two) = (
      try TestWitness.cosigner(), try TestWitness.cosigner("w.example/2", seed: 10)
    )
    let (a, b) = (one.verifierKey.text, two.verifierKey.text)
    let good = "quorum 2\n\(a) http://127.0.0.1:1\n\(b) https://w.example/x\n"
    let policy = try WitnessPolicy("# mine\n\n" + good)
    #expect(policy.text == good)
    #expect(policy.trusted.needed == 2)
    let alias = try TestWitness.cosigner("alias.example").verifierKey.text
    let log = try #require(VerifierKey(name: "l", key: try TestLog.key().publicKey)).text
    for bad in [
      "", "quorum 1\n", "quorum 0\n\(a) http://x\n", "quorum 2\n\(a) http://x\n",
      "\(a) http://x\nquorum 1\n", "quorum 1\n\(a) ftp://x\n", "quorum 1\n\(a)\n",
      "quorum 1\n\(a) http://x y\n", "quorum 1\n\(a) http://x\n\(alias) http://y\n",
      "quorum 1\n\(log) http://x\n", "quorum 1\nquorum 1\n\(a) http://x\n",
      "quorum 01\n\(a) http://x\n", "quorum 1\n\(a.dropLast()) http://x\n",
    ] {
      #expect(throws: WitnessPolicy.Failure.self, "\(bad)") { try WitnessPolicy(bad) }
    }
  }
}

/// A signature line as a note holds it.
enum SignedLine {
  static func text(_ line: SignedNote.Signature) -> String {
    let id = (0..<4).map { UInt8(truncatingIfNeeded: line.id >> UInt32(24 - 8 * $0)) }
    return "\u{2014} \(line.name) \(Data(id + line.bytes).base64EncodedString())\n"
  }
}
