import FluxgateLedger
import FluxgateRecording
import FluxgateSeal
import Testing

@testable import FluxgateVault

@Suite struct LedgerProofCheckTests {
  let bench: VaultBench
  let check: LedgerProofCheck
  let entry: [UInt8]
  let proof: [UInt8]

  init() throws {
    bench = try VaultBench()
    try bench.record(segments: 2)
    try bench.prove()
    check = try LedgerProofCheck(try Pairing.open(bench.pairing, by: bench.patient.publicKey))
    entry = ClosedSegment.entry(
      manifest: try bench.read(bench.folder.manifest(1)),
      salt: try bench.read(bench.folder.salt))
    proof = try bench.read(bench.folder.proof(1))
  }

  @Test func `a proof by the gateway's own log is self-attested only`() {
    #expect(check.verdict(1, entry, proof) == .selfAttested)
    #expect(LedgerProofCheck.words(for: .selfAttested).hasPrefix("self-attested only"))
  }

  @Test func `a proof of another entry, a changed one and another log's are invalid`() throws {
    var other = entry
    other[0] ^= 1
    #expect(check.verdict(1, other, proof) == .invalid)
    #expect(check.verdict(1, entry, Array(proof.dropLast())) == .invalid)
    #expect(check.verdict(1, entry, []) == .invalid)
    let stranger = try required(
      VerifierKey(name: bench.gateway.logName, key: SigningKey().publicKey))
    #expect(LedgerProofCheck(log: stranger).verdict(1, entry, proof) == .invalid)
  }

  @Test func `the entry is what the ledger's own part makes of the manifest`() throws {
    let made = try LedgerEntry.segment(
      salt: try bench.read(bench.folder.salt),
      manifest: try bench.read(bench.folder.manifest(1)))
    #expect(made == entry)
  }
}
