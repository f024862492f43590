internal import FluxgateLedger
internal import FluxgateSeal

/// Writes the trail: the sealed record first, then its entry, each durable before the next.
///
/// A kill between the two leaves a sealed object that no entry names, and of which nobody has had
/// word; never an entry that nobody can read.
struct VaultLedger: Sendable {
  let vault: DirectoryVault
  let log: EmbeddedLog
  let patient: PatientPublicKey

  /// Returns when record and entry are durable.
  ///
  /// A log that failed before is taken up again first. It may then hold the entry of a decision that
  /// nobody had word of: never bytes without an entry.
  func enter(_ record: TrailRecord) throws(ServiceError) -> EnteredRecord {
    let salted = SaltedRecord(record)
    _ = try onDisk { () throws(VaultError) in
      try vault.put(.trail(salted.entry), salted.sealed(to: patient))
    }
    do {
      try log.resume()
      let index = try log.append([salted.entry])[0]
      return EnteredRecord(index: index, salted: salted)
    } catch {
      throw .ledger(error)
    }
  }
}

/// A record and its place in the ledger.
struct EnteredRecord: Hashable, Sendable {
  let index: UInt64
  let salted: SaltedRecord
}
