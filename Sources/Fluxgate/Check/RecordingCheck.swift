internal import FluxgateLedger
public import FluxgateRecording
public import FluxgateSeal
internal import FluxgateVault

/// Whom a check believes.
public enum SignerTrust: Sendable {
  /// The patient's pairing must name the gateway and its log.
  case patient(PatientPublicKey)
  /// The gateway and its log are known by their card.
  case card(GatewayCard)
  /// Only the gateway's key is known: proofs cannot be checked.
  case gateway(VerifyingKey)
  case nobody
}

/// Verifies a recording with everything that this program knows: format, pairing and ledger.
public enum RecordingCheck {
  /// - Parameter patient: whose pairing must name the gateway.
  public static func run(
    _ path: String, patient: PatientPublicKey
  ) throws(RecordingError) -> VerificationReport {
    try verify(RecordingFolder(path), .patient(patient))
  }

  /// The same for any signer, and with faults for a person.
  public static func run(
    _ path: String, trust: SignerTrust
  ) throws(Fault) -> VerificationReport {
    let folder = try RecordingAccess.folder(path)
    do throws(RecordingError) {
      return try verify(folder, trust)
    } catch {
      throw .recording(error, folder: folder.path)
    }
  }

  private static func verify(
    _ folder: RecordingFolder, _ trust: SignerTrust
  ) throws(RecordingError) -> VerificationReport {
    let check = proofCheck(folder, trust)
    return try Verifier.verify(
      folder, trust: trust.signer, proofCheck: check.map { $0.verdict })
  }

  /// A pairing that does not hold is found by the verifier itself, as step two.
  private static func proofCheck(
    _ folder: RecordingFolder, _ trust: SignerTrust
  ) -> LedgerProofCheck? {
    switch trust {
    case .patient(let patient):
      let pairing = try? Pairing.open(DurableFile.read(folder.pairing), by: patient)
      return pairing.flatMap { try? LedgerProofCheck($0) }
    case .card(let card):
      return (try? VerifierKey(card.logVerifierKey)).map { LedgerProofCheck(log: $0) }
    case .gateway, .nobody:
      return nil
    }
  }
}

extension SignerTrust {
  fileprivate var signer: Trust {
    switch self {
    case .patient(let patient): .patient(patient)
    case .card(let card): .gateway(card.key)
    case .gateway(let key): .gateway(key)
    case .nobody: .nobody
    }
  }
}
