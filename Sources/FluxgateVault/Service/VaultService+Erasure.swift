internal import FluxgateLedger
internal import FluxgateSeal

extension VaultService {
  /// Erases what a tombstone of the patient covers: kept in the home first, then entered, then done.
  /// Repeating it is harmless; after a stop the server goes on by itself.
  ///
  /// - Throws: `.vault(.needsResealing)`, and nothing was done, while capsules hold keys that stay.
  public func erase(tombstone file: [UInt8]) throws(ServiceError) -> ErasureReceipt {
    let tombstone: Tombstone
    do throws(SealError) {
      tombstone = try Tombstone.open(file, of: patient.keyFingerprint)
    } catch {
      throw error == .badSignature || error == .wrongRecipient
        ? .notPermitted : .malformed("tombstone")
    }
    return try serially { (state, now) throws(ServiceError) in
      try onDisk { [vault] () throws(VaultError) in
        try VaultErasure.check(tombstone, in: vault)
      }
      state.releases.close(reachedBy: tombstone)
      let (index, record) = try state.erasures.enter(tombstone, file, in: trail, at: now)
      let recordings = try state.erasures.apply(file, in: vault)
      return ErasureReceipt(
        tombstone: tombstone.id, record: record, index: index, proof: try proof(of: index),
        recordings: recordings)
    }
  }

  /// The tombstones that lie in the vault, as their files: for the patient, who compares them with the
  /// trail.
  public func tombstones() throws(ServiceError) -> [[UInt8]] {
    try onDisk { () throws(VaultError) in try VaultErasure.files(in: vault) }
  }

  private func proof(of index: UInt64) throws(ServiceError) -> [UInt8] {
    do { return try ledger.proof(of: index).bytes } catch { throw .ledger(error) }
  }
}

/// What a server answers to a tombstone.
public struct ErasureReceipt: Sendable, Hashable {
  /// Its id, 16 bytes.
  public let tombstone: [UInt8]
  /// The trail's record of it with its salt; nil when it had been entered before.
  public let record: SaltedRecord?
  /// Of its entry in the vault's ledger.
  public let index: UInt64
  /// The `.tlog-proof` of the entry.
  public let proof: [UInt8]
  public let recordings: [ErasedRecording]
}
