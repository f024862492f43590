internal import FluxgateLedger
internal import FluxgateRecording

/// Puts proofs under cosigned checkpoints in the place of self-attested ones.
struct ProofCosigning {
  let folder: RecordingFolder
  let log: EmbeddedLog
  let quorum: WitnessQuorum

  /// Writes the segment's proof anew; returns false, and leaves it, when `note` does not reach to
  /// its entry.
  func renew(
    _ segment: UInt32, entry: [UInt8], under note: SignedNote
  ) throws(Fault) -> Bool {
    let index = try Self.proof(of: segment, in: folder).index
    let renewed: TlogProof
    do throws(LedgerError) {
      renewed = try log.proof(of: index, under: note)
      try verify(renewed, entry)
    } catch .outOfRange {
      return false
    } catch {
      throw .ledger(error)
    }
    try DurableFile.replace(folder.proof(segment), with: renewed.bytes)
    return true
  }

  /// A good proof is never given up for one that does not hold.
  private func verify(_ proof: TlogProof, _ entry: [UInt8]) throws(LedgerError) {
    do throws(NoteError) {
      _ = try proof.verify(entry: entry, log: log.verifierKey, witnesses: quorum.keys)
    } catch {
      throw .checkpoint(error)
    }
  }

  static func proof(of segment: UInt32, in folder: RecordingFolder) throws(Fault) -> TlogProof {
    let bytes = try DurableFile.read(folder.proof(segment))
    do throws(NoteError) {
      return try TlogProof(bytes)
    } catch {
      throw .ledger(.checkpoint(error))
    }
  }
}
