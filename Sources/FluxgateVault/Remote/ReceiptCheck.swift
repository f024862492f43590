public import FluxgateLedger
public import FluxgateSeal

/// Whether a server's receipt shows that the vault's log holds the entry of what was handed in.
///
/// The server's own word for it is worth nothing: record and salt must give the entry, the record must
/// be about what was sent, and the proof must hold under the log's key.
public struct ReceiptCheck: Sendable {
  public let log: VerifierKey

  public init(log: VerifierKey) { self.log = log }

  /// - Parameters:
  ///   - salted: out of the receipt, or out of the trail.
  ///   - file: what was handed in, as it was signed.
  ///   - signer: of the file.
  public func check(
    _ salted: SaltedRecord, at index: UInt64, proof: [UInt8], of kind: TrailRecord.Kind,
    about file: [UInt8], by signer: KeyFingerprint
  ) throws(RemoteError) {
    let record = salted.record
    guard record.kind == kind, record.actor == signer, record.objects == SHA256.digest(file) else {
      throw .unproven("the record is about something else")
    }
    do {
      let proof = try TlogProof(proof)
      guard proof.index == index else { throw RemoteError.unproven("index") }
      _ = try proof.verify(entry: salted.entry, log: log)
    } catch let error as RemoteError {
      throw error
    } catch {
      throw .unproven("proof: \(error)")
    }
  }
}
