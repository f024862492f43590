public import FluxgateRecording
public import FluxgateSeal
internal import FluxgateVault

/// Verifies a recording with everything that this program knows: format, pairing and ledger.
public enum RecordingCheck {
  /// - Parameter patient: whose pairing must name the gateway.
  public static func run(
    _ path: String, patient: PatientPublicKey
  ) throws(RecordingError) -> VerificationReport {
    let folder = RecordingFolder(path)
    // A pairing that does not hold is found by the verifier itself, as step two.
    let pairing = try? Pairing.open(DurableFile.read(folder.pairing), by: patient)
    let check = pairing.flatMap { try? LedgerProofCheck($0) }
    return try Verifier.verify(
      folder, trust: .patient(patient), proofCheck: check.map { $0.verdict })
  }
}
