internal import FluxgateConsent
internal import FluxgateRecording
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
  /// Objects under `tomb/` that are none of this patient's, with their sizes: one that somebody is
  /// still copying there grows, and is looked at again.
  private var unfit: [ObjectName: UInt64] = [:]
  /// Whether something that is entered may not be erased yet.
  private var isUnfinished = true
  private let home: VaultHome
  private let patient: KeyFingerprint

  init(
    _ home: VaultHome, _ patient: KeyFingerprint
  ) throws(ServiceError) {
    self.home = home
    self.patient = patient
    try home.makeFolder(home.erasureFolder)
    for one in try KeptTombstone.all(in: home) {
      kept[one.tombstone.text] = one
    }
    for (tombstone, file) in try PendingTombstone.all(in: home, of: patient) {
      if kept[tombstone.text] == nil {
        pending[tombstone] = file
      } else {
        try PendingTombstone.drop(tombstone, in: home)
      }
    }
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

  /// All of them, in the order of their entries.
  var all: [KeptTombstone] { kept.values.sorted { $0.index < $1.index } }

  /// What is pending and what was put into the vault without this server, with the files' bytes; puts
  /// back what was taken out. Costs a look at the names where there is nothing new.
  mutating func newcomers(
    in vault: DirectoryVault
  ) throws(ServiceError) -> [(tombstone: Tombstone, file: [UInt8])] {
    var found = pending.map { (tombstone: $0.key, file: $0.value) }
    let names = try onDisk { () throws(VaultError) in try vault.list(ObjectName.tombstones) }
    for one in kept.values where !names.contains(.tombstone(one.tombstone)) {
      try onDisk { () throws(VaultError) in try Self.put(one, in: vault) }
    }
    for name in names where kept[String(name.last)] == nil {
      let size = try onDisk { () throws(VaultError) in try vault.byteCount(name) }
      guard let size, unfit[name] != size else { continue }
      let file = try onDisk { () throws(VaultError) in
        size > UInt64(Tombstone.byteCountMax) ? [] : try vault.get(name)
      }
      guard let tombstone = try? Tombstone.open(file, of: patient), name == .tombstone(tombstone)
      else {
        unfit[name] = size
        continue
      }
      found.append((tombstone, file))
    }
    return found
  }

  /// Finishes what a stop, or a failure, left undone.
  mutating func finish(in vault: DirectoryVault) throws(ServiceError) {
    guard isUnfinished else { return }
    for one in kept.values {
      try onDisk { () throws(VaultError) in try Self.put(one, in: vault) }
    }
    if !kept.isEmpty {
      _ = try onDisk { () throws(VaultError) in try VaultErasure.finish(in: vault) }
    }
    isUnfinished = false
  }

  /// Erases what an entered tombstone covers.
  mutating func apply(
    _ file: [UInt8], in vault: DirectoryVault
  ) throws(ServiceError) -> [ErasedRecording] {
    let reports = try onDisk { () throws(VaultError) in
      try VaultErasure.apply(file, in: vault, of: patient)
    }
    isUnfinished = false
    return reports
  }

  /// Gives the index of the tombstone's entry, which is made unless it has one, and then its record.
  mutating func enter(
    _ tombstone: Tombstone, _ file: [UInt8], in trail: VaultLedger, at now: Int64
  ) throws(ServiceError) -> (index: UInt64, record: SaltedRecord?) {
    isUnfinished = true
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

extension [KeptTombstone] {
  /// What they say of one recording; nil where it has no pairing.
  func erasures(
    of recording: [UInt8], in vault: DirectoryVault
  ) throws(VaultError) -> Erasures? {
    try RecordingErasure(
      map(\.tombstone), of: recording, in: VaultPlace(vault: vault, recording: recording)
    )?.erasures
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
