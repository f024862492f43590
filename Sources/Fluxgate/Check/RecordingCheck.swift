public import FluxgateLedger
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
  /// - Parameters:
  ///   - patient: whose pairing must name the gateway.
  ///   - witnesses: whose cosignatures count; without them everything is self-attested only.
  public static func run(
    _ path: String, patient: PatientPublicKey, witnesses: WitnessQuorum = .none
  ) throws(RecordingError) -> VerificationReport {
    try verify(RecordingFolder(path), .patient(patient), witnesses)
  }

  /// The same for any signer, and with faults for a person.
  public static func run(
    _ path: String, trust: SignerTrust, witnesses: WitnessQuorum = .none
  ) throws(Fault) -> VerificationReport {
    let folder = try RecordingAccess.folder(path)
    do throws(RecordingError) {
      return try verify(folder, trust, witnesses)
    } catch {
      throw .recording(error, folder: folder.path)
    }
  }

  private static func verify(
    _ folder: RecordingFolder, _ trust: SignerTrust, _ witnesses: WitnessQuorum
  ) throws(RecordingError) -> VerificationReport {
    let check = proofCheck(folder, trust, witnesses)
    return try Verifier.verify(
      folder, trust: trust.signer, proofCheck: check.map { $0.verdict })
  }

  /// A pairing that does not hold is found by the verifier itself, as step two.
  private static func proofCheck(
    _ folder: RecordingFolder, _ trust: SignerTrust, _ witnesses: WitnessQuorum
  ) -> LedgerProofCheck? {
    switch trust {
    case .patient(let patient):
      let pairing = try? Pairing.open(DurableFile.read(folder.pairing), by: patient)
      return pairing.flatMap { try? LedgerProofCheck($0, witnesses: witnesses) }
    case .card(let card):
      return (try? VerifierKey(card.logVerifierKey)).map {
        LedgerProofCheck(log: $0, witnesses: witnesses)
      }
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
