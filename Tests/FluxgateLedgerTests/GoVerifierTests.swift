import FluxgateLedger
import Foundation
import Testing

/// Our logs as golang.org/x/mod/sumdb reads them.
@Suite(.enabled(if: GoVerifier.mayRun, Comment(rawValue: GoVerifier.missing)))
struct GoVerifierTests {
  private static let sizes = [1, 2, 255, 256, 257, 600, 66_000]

  @Test func `Go accepts our logs and finds every flipped byte`() throws {
    let scratch = try Scratch()
    let program = try #require(GoVerifier.build(in: scratch))
    let vkey = try grow(scratch)
    let arguments = [
      "-log", scratch.path + "/log", "-vkey", vkey, "-proofs", scratch.path + "/proofs",
      "-heads", scratch.path + "/heads",
    ]
    #expect(GoVerifier.run(program, arguments))
    for (path, place) in try places(in: scratch) {
      try scratch.flipByte(path, at: place)
      #expect(!GoVerifier.run(program, arguments), "\(path) byte \(place)")
      try scratch.flipByte(path, at: place)
    }
    #expect(GoVerifier.run(program, arguments))
  }

  @Test func `Go accepts logs of even and empty sizes`() throws {
    let scratch = try Scratch()
    let program = try #require(GoVerifier.build(in: scratch))
    for (low, high) in [(0, 0), (0, 1), (1, 256), (256, 512)] {
      let log = try TestLog.open(scratch)
      if low < high { _ = try log.append(TestLog.entries(low..<high)) }
      let arguments = ["-log", scratch.path + "/log", "-vkey", log.verifierKey.text]
      #expect(GoVerifier.run(program, arguments), "size \(high)")
    }
  }

  @Test func `Go accepts a cosigned checkpoint and proof, and misses a witness that is not there`()
    throws
  {
    let scratch = try Scratch()
    let program = try #require(GoVerifier.build(in: scratch))
    let log = try TestLog.open(scratch)
    _ = try log.append(TestLog.entries(0..<300))
    let witness = try TestWitness.cosigner()
    let arguments = [
      "-log", scratch.path + "/log", "-vkey", log.verifierKey.text, "-witness",
      witness.verifierKey.text, "-proofs", scratch.path + "/proofs",
    ]
    try FileManager.default.createDirectory(
      at: scratch.url("proofs"), withIntermediateDirectories: true)
    #expect(!GoVerifier.run(program, arguments))
    let text = log.checkpoint().text
    #expect(
      try log.merge(witness.cosign(text, at: 1_700_000_000), of: witness.verifierKey, under: text))
    try writeProof(of: 17, log, "proofs/a", scratch)
    #expect(GoVerifier.run(program, arguments))
    try scratch.flipByte("log/checkpoint", at: try scratch.bytes("log/checkpoint").count - 9)
    #expect(!GoVerifier.run(program, arguments))
  }

  /// A log with proofs of entries and heads of several sizes beside it.
  private func grow(_ scratch: Scratch) throws -> String {
    let log = try TestLog.open(scratch)
    for folder in ["proofs", "heads"] {
      try FileManager.default.createDirectory(
        at: scratch.url(folder), withIntermediateDirectories: true)
    }
    for (low, high) in zip([0] + Self.sizes, Self.sizes) {
      _ = try log.append(TestLog.entries(low..<high))
      try scratch.write(log.checkpoint().bytes, "heads/\(high).checkpoint")
      try writeProof(of: UInt64(low), log, "proofs/\(high)-first", scratch)
      try writeProof(of: UInt64(high - 1), log, "proofs/\(high)-last", scratch)
    }
    for size in Self.sizes {
      let lines = try log.consistency(from: UInt64(size)).map {
        Data($0.bytes).base64EncodedString() + "\n"
      }
      try scratch.write(Array(lines.joined().utf8), "heads/\(size).consistency")
    }
    return log.verifierKey.text
  }

  private func writeProof(
    of index: UInt64, _ log: EmbeddedLog, _ name: String, _ scratch: Scratch
  ) throws {
    try scratch.write(try log.proof(of: index).bytes, name + ".tlog-proof")
    try scratch.write(try log.entry(at: index), name + ".entry")
  }

  /// One byte of each kind of file.
  private func places(in scratch: Scratch) throws -> [(String, Int)] {
    let origin = TestLog.origin.utf8.count
    return [
      ("log/checkpoint", 0), ("log/checkpoint", origin + 1), ("log/checkpoint", origin + 10),
      ("log/checkpoint", try scratch.bytes("log/checkpoint").count - 10),
      ("log/tile/0/000", 0), ("log/tile/0/100", 8191), ("log/tile/0/257.p/208", 77),
      ("log/tile/1/000", 4000), ("log/tile/1/001.p/1", 31), ("log/tile/2/000.p/1", 0),
      ("log/tile/entries/000", 1), ("log/tile/entries/200", 500),
      ("log/tile/entries/257.p/208", 9),
      ("proofs/600-first.entry", 0), ("proofs/600-first.tlog-proof", 30),
      ("proofs/600-last.tlog-proof", 60), ("heads/257.consistency", 3),
      ("heads/255.checkpoint", origin + 2),
    ]
  }
}
