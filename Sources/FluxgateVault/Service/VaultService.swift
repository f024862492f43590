internal import FluxgateConsent
public import FluxgateLedger
public import FluxgateSeal
internal import Synchronization

/// Serves one patient's vault: decides, enters what it decided in the ledger, and only then acts.
///
/// ```swift
/// let service = try VaultService(vault: vault, home: home, patient: patient)
/// let release = try service.release(request, by: reader)
/// let file = try service.object(release.objects[0].name, of: release.id, by: reader.keyFingerprint)
/// ```
///
/// Every decision is durable as a sealed record and a ledger entry before the first byte leaves:
/// killed anywhere, the server has handed out nothing that is not entered. It holds no key that opens
/// data. Whoever calls has verified who is asking. Any thread may call; decisions are made one at a
/// time, and neither planning a release nor making a part of a segment holds them up.
public final class VaultService: Sendable {
  public let patient: PatientPublicKey
  /// The server's log, which holds this patient's entries only.
  public let ledger: EmbeddedLog

  let vault: DirectoryVault
  let home: VaultHome
  let trail: VaultLedger
  let floor: ClockFloor
  let state: Mutex<ServiceState>
  let parts: PartMaker

  /// Opens the log, enters the consents and tombstones that were put into the vault without one, and
  /// finishes erasures.
  public init(
    vault: DirectoryVault, home: VaultHome, patient: PatientPublicKey
  ) throws(ServiceError) {
    self.vault = vault
    self.home = home
    self.patient = patient
    try home.claim(for: patient)
    ledger = try home.openLedger()
    trail = VaultLedger(vault: vault, log: ledger, patient: patient)
    do {
      floor = try ClockFloor(path: home.floorFile)
    } catch {
      throw .clock
    }
    parts = try PartMaker(home)
    state = Mutex(
      ServiceState(
        consents: try ConsentShelf(home, patient),
        erasures: try ErasureShelf(home, patient.keyFingerprint)))
    try serially { _, _ in }
  }

  /// The log's last durable checkpoint.
  public var checkpoint: SignedNote { ledger.checkpoint() }

  /// Whether this is the patient's key, or one with a grant in force: not one that a grant has named
  /// once, for whoever may pass on could name as many as they like.
  public func isKnown(_ reader: KeyFingerprint) throws(ServiceError) -> Bool {
    if reader == patient.keyFingerprint { return true }
    // No decision: strangers come here, and the vault is not looked at for them.
    return try state.withLock { (state) throws(ServiceError) in
      let now = try now()
      return !state.consents.book.live(for: reader, at: now).isEmpty
    }
  }

  /// The consents that concern a reader: all for the patient; for others their own and those that they
  /// signed, those that these come from, and what revokes any of them.
  public func consents(for reader: KeyFingerprint) -> [[UInt8]] {
    state.withLock { state in
      reader == patient.keyFingerprint ? state.consents.all : state.consents.own(reader)
    }
  }

  /// Sealed records of the trail in the order of the ledger. Hand them to the patient only: their
  /// number and times tell what nobody else needs to know.
  ///
  /// A record that is not in the vault is left out: whoever compares with the ledger finds it.
  public func trailObjects(
    from index: UInt64, limit: Int
  ) throws(ServiceError) -> [(index: UInt64, sealed: [UInt8])] {
    var found: [(index: UInt64, sealed: [UInt8])] = []
    let size = ledger.head.size
    guard index < size else { return [] }
    for place in index..<min(size, index + UInt64(max(0, min(limit, 1000)))) {
      if let sealed = try sealedRecord(at: place) { found.append((place, sealed)) }
    }
    return found
  }

  private func sealedRecord(at index: UInt64) throws(ServiceError) -> [UInt8]? {
    let entry: [UInt8]
    do { entry = try ledger.entry(at: index) } catch { throw .ledger(error) }
    do throws(VaultError) {
      return try vault.get(.trail(entry), limit: SaltedRecord.sealedByteCountMax)
    } catch {
      if case .noObject = error { return nil }
      throw .of(error)
    }
  }

  private func now() throws(ServiceError) -> Int64 {
    do { return try floor.now() } catch { throw .clock }
  }

  /// Runs one decision after the other, each with the time at which it is made, and after a look at
  /// what was put into the vault meanwhile. Parts of releases that it ends go with them.
  func serially<Result>(
    _ body: (inout ServiceState, Int64) throws(ServiceError) -> Result
  ) throws(ServiceError) -> Result {
    try state.withLock { (state) throws(ServiceError) -> Result in
      let now = try now()
      let result: Swift.Result<Result, ServiceError>
      do throws(ServiceError) {
        try state.refresh(from: vault, enteringIn: trail, at: now)
        result = .success(try body(&state, now))
      } catch {
        result = .failure(error)
      }
      try parts.keepOnly(state.releases.names(at: now))
      return try result.get()
    }
  }
}

/// What decisions are made with.
struct ServiceState {
  var consents: ConsentShelf
  var erasures: ErasureShelf
  var releases = OpenReleases()

  /// Enters what was put into the vault since, and does what tombstones say. What these reach is
  /// released no more, whatever becomes of the rest.
  mutating func refresh(
    from vault: DirectoryVault, enteringIn trail: VaultLedger, at now: Int64
  ) throws(ServiceError) {
    for (tombstone, file) in try erasures.newcomers(in: vault) {
      releases.close(reachedBy: tombstone)
      _ = try erasures.enter(tombstone, file, in: trail, at: now)
    }
    try erasures.finish(in: vault)
    try consents.refresh(from: vault, enteringIn: trail, at: now)
  }
}
