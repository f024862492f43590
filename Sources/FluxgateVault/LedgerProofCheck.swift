public import FluxgateLedger
public import FluxgateRecording
public import FluxgateSeal

/// Judges the ledger's proofs of a recording, for ``Verifier``.
///
/// ```swift
/// let check = try LedgerProofCheck(pairing)
/// let report = try Verifier.verify(folder, trust: .patient(key), proofCheck: check.verdict)
/// ```
///
/// A proof without the cosignatures of a quorum of witnesses comes to `selfAttested` however well it verifies: the log
/// is the gateway's own, and nobody else has seen its checkpoint.
public struct LedgerProofCheck: Sendable {
  public let log: VerifierKey
  public let witnesses: WitnessQuorum

  public init(log: VerifierKey, witnesses: WitnessQuorum = .none) {
    self.log = log
    self.witnesses = witnesses
  }

  /// The log that a pairing names.
  public init(_ pairing: Pairing, witnesses: WitnessQuorum = .none) throws(NoteError) {
    self.init(log: try VerifierKey(pairing.logVerifierKey), witnesses: witnesses)
  }

  /// - Parameters:
  ///   - entry: the segment's entry, 32 bytes.
  ///   - proof: the `.tlog-proof` file.
  public func verdict(_ segment: UInt32, _ entry: [UInt8], _ proof: [UInt8]) -> ProofVerdict {
    do {
      return try isCosigned(entry, proof) ? .cosigned : .selfAttested
    } catch {
      return .invalid
    }
  }

  /// False for a proof that holds and that too few witnesses have cosigned.
  public func isCosigned(_ entry: [UInt8], _ proof: [UInt8]) throws(NoteError) -> Bool {
    let proof = try TlogProof(proof)
    _ = try proof.verify(entry: entry, log: log, witnesses: witnesses.keys)
    return witnesses.isMet(by: proof.checkpoint, log: log)
  }

  /// How many keys have a line under the checkpoint of a proof that holds for `entry`, whoever they
  /// are; nil for one that does not hold.
  func signerCount(_ proof: [UInt8], of entry: [UInt8]) -> Int? {
    guard let proof = try? TlogProof(proof), (try? proof.verify(entry: entry, log: log)) != nil
    else { return nil }
    return Set(proof.checkpoint.signatures.map { "\($0.name) \($0.id)" }).count
  }

  func check(_ entry: [UInt8], _ proof: [UInt8]) throws(ObjectFault) {
    do {
      _ = try isCosigned(entry, proof)
    } catch {
      throw .proof(error)
    }
  }

  /// What is to be said of a verdict.
  public static func words(for verdict: ProofVerdict) -> String {
    switch verdict {
    case .cosigned: "in a checkpoint that enough witnesses have cosigned"
    case .selfAttested: "self-attested only: no quorum of witnesses has cosigned the checkpoint"
    case .invalid: "the proof does not hold"
    case .unreachable: "the ledger could not be asked"
    }
  }
}
