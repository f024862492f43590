internal import FluxgateSeal

extension VaultService {
  /// Erases what a tombstone of the patient covers: entered first, then done. Repeating it is
  /// harmless, and goes on after a stop.
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
      let index = try state.erasures.enter(tombstone, file, in: trail, at: now)
      let recordings = try state.erasures.apply(file, in: vault)
      return ErasureReceipt(tombstone: tombstone.id, index: index, recordings: recordings)
    }
  }
}

/// What a server answers to a tombstone.
public struct ErasureReceipt: Sendable, Hashable {
  /// Its id, 16 bytes.
  public let tombstone: [UInt8]
  /// Of its entry in the vault's ledger.
  public let index: UInt64
  public let recordings: [ErasedRecording]
}
