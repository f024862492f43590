internal import FluxgateConsent
internal import FluxgateSeal

/// The tombstones that a server goes by: each has an entry in the ledger.
///
/// They are kept in the server's home too: one that is taken out of the vault, so that erased data
/// might come back, is put back. One is kept there as pending before its entry is made: killed
/// anywhere, the server does what its ledger says.
struct ErasureShelf: Sendable {
  private var kept: [String: KeptTombstone] = [:]
  /// Handed in, and not known to be entered. A further entry for the same tombstone does no harm.
  private var pending: [Tombstone: [UInt8]] = [:]
  private let home: VaultHome
  private let patient: KeyFingerprint

  init(
    _ home: VaultHome, _ vault: DirectoryVault, _ patient: KeyFingerprint
  ) throws(ServiceError) {
    self.home = home
    self.patient = patient
    try home.makeFolder(home.erasureFolder)
    for one in try KeptTombstone.all(in: home) { kept[one.tombstone.text] = one }
    for (tombstone, file) in try PendingTombstone.all(in: home, of: patient) {
      if kept[tombstone.text] == nil {
        pending[tombstone] = file
      } else {
        try PendingTombstone.drop(tombstone, in: home)
      }
    }
  }

  /// Enters what is pending and what the patient's machine put into the vault without this server,
  /// puts back what is not in the vault, and finishes what a stop left undone.
  mutating func refresh(
    from vault: DirectoryVault, enteringIn trail: VaultLedger, at now: Int64
  ) throws(ServiceError) {
    for (tombstone, file) in pending { _ = try enter(tombstone, file, in: trail, at: now) }
    for one in kept.values {
      try onDisk { () throws(VaultError) in try Self.put(one, in: vault) }
    }
    let stored = try onDisk { () throws(VaultError) in try VaultErasure.tombstones(in: vault) }
    for tombstone in stored where tombstone.patient == patient {
      let file = try onDisk { () throws(VaultError) in try vault.get(.tombstone(tombstone)) }
      _ = try enter(tombstone, file, in: trail, at: now)
    }
    guard !stored.isEmpty else { return }
    _ = try onDisk { () throws(VaultError) in try VaultErasure.finish(in: vault) }
  }

  /// Whatever somebody has put in its place.
  private static func put(
    _ one: KeptTombstone, in vault: DirectoryVault
  ) throws(VaultError) {
    let name = ObjectName.tombstone(one.tombstone)
    do {
      try vault.put(name, one.file)
    } catch {
      guard case .conflict = error else { throw error }
      try vault.replace(name, one.file)
    }
  }

  /// Gives the index of the tombstone's entry, which is made unless it has one, and then its record.
  mutating func enter(
    _ tombstone: Tombstone, _ file: [UInt8], in trail: VaultLedger, at now: Int64
  ) throws(ServiceError) -> (index: UInt64, record: SaltedRecord?) {
    if let known = kept[tombstone.text] { return (known.index, nil) }
    try PendingTombstone.keep(tombstone, file, in: home)
    pending[tombstone] = file
    let entered = try trail.enter(TrailRecord(tombstone, file, at: now))
    let one = KeptTombstone(tombstone: tombstone, file: file, index: entered.index)
    _ = try onDisk { () throws(VaultError) in
      try HomeFile.create("\(home.erasureFolder)/\(tombstone.text)", one.bytes)
    }
    kept[tombstone.text] = one
    try PendingTombstone.drop(tombstone, in: home)
    pending[tombstone] = nil
    return (one.index, entered.salted)
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
