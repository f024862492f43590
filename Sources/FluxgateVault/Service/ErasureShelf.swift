internal import FluxgateConsent
internal import FluxgateSeal

/// The tombstones that a server goes by: each has an entry in the ledger.
///
/// They are kept in the server's home too: one that is taken out of the vault, so that erased data
/// might come back, is put back when the server starts.
struct ErasureShelf: Sendable {
  private var kept: [String: KeptTombstone] = [:]
  private let home: VaultHome
  private let patient: KeyFingerprint

  init(
    _ home: VaultHome, _ vault: DirectoryVault, _ patient: KeyFingerprint
  ) throws(ServiceError) {
    self.home = home
    self.patient = patient
    try home.makeFolder(home.erasureFolder)
    for one in try KeptTombstone.all(in: home) {
      kept[one.tombstone.text] = one
      _ = try onDisk { () throws(VaultError) in
        try vault.put(.tombstone(one.tombstone), one.file)
      }
    }
  }

  /// Enters what the patient's machine put into the vault without this server, and finishes what a
  /// stop left undone.
  mutating func refresh(
    from vault: DirectoryVault, enteringIn trail: VaultLedger, at now: Int64
  ) throws(ServiceError) {
    let stored = try onDisk { () throws(VaultError) in try VaultErasure.tombstones(in: vault) }
    for tombstone in stored where tombstone.patient == patient {
      let file = try onDisk { () throws(VaultError) in try vault.get(.tombstone(tombstone)) }
      _ = try enter(tombstone, file, in: trail, at: now)
    }
    guard !stored.isEmpty else { return }
    _ = try onDisk { () throws(VaultError) in try VaultErasure.finish(in: vault) }
  }

  /// Gives the index of the tombstone's entry, which is made unless it has one.
  mutating func enter(
    _ tombstone: Tombstone, _ file: [UInt8], in trail: VaultLedger, at now: Int64
  ) throws(ServiceError) -> UInt64 {
    if let known = kept[tombstone.text] { return known.index }
    let entered = try trail.enter(TrailRecord(tombstone, file, at: now))
    let one = KeptTombstone(tombstone: tombstone, file: file, index: entered.index)
    _ = try onDisk { () throws(VaultError) in
      try HomeFile.create("\(home.erasureFolder)/\(tombstone.text)", one.bytes)
    }
    kept[tombstone.text] = one
    return one.index
  }
}

extension TrailRecord {
  /// The record of an erasure. No category means all of them.
  fileprivate init(_ tombstone: Tombstone, _ file: [UInt8], at now: Int64) {
    self.init(.erased, at: now, by: tombstone.patient)
    recording = tombstone.scope.recording
    categories = tombstone.scope.categories ?? []
    window = TimeWindow(from: tombstone.scope.from, until: tombstone.scope.until)
    objects = SHA256.digest(file)
  }
}
