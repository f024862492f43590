internal import FluxgateConsent
internal import FluxgateSeal

/// The consents that a server goes by: each has an entry in the ledger.
///
/// They are kept in the server's home too, so that one which is taken out of the vault still counts:
/// a revocation that somebody deletes is put back at the next look.
struct ConsentShelf: Sendable {
  private(set) var book: ConsentBook
  private var kept: [ConsentID: KeptConsent] = [:]
  /// Taken in, and not yet seen to have an entry: a server was killed, or could not write.
  private var pending: [ConsentID: SignedConsent] = [:]
  /// Objects under `consent/` that no later record can make good.
  private(set) var unfit: Set<ObjectName> = []
  private let home: VaultHome

  init(_ home: VaultHome, _ patient: PatientPublicKey) throws(ServiceError) {
    self.home = home
    try home.makeFolder(home.receiptFolder)
    try home.makeFolder(home.pendingFolder)
    let all = try KeptConsent.all(in: home)
    book = ConsentBook(patient: patient, records: all.map { ($0.consent.bytes, $0.at) })
    if let refused = book.refused.first {
      throw .damagedHome(path: "\(home.receiptFolder)/\(all[refused.index].id.text)")
    }
    for one in all { kept[one.id] = one }
    for consent in try PendingConsent.all(in: home) {
      if kept[consent.record.id] == nil {
        pending[consent.record.id] = consent
      } else {
        try PendingConsent.drop(consent.record.id, in: home)
      }
    }
  }

  var all: [[UInt8]] { sorted(kept.values.map(\.id)) }

  /// What a reader was granted or has passed on, what that comes from, and what ends any of these.
  func own(_ reader: KeyFingerprint) -> [[UInt8]] {
    var wanted: Set<ConsentID> = []
    for one in book.grants where one.grantee.keyFingerprint == reader || one.signer == reader {
      var next: ConsentGrant? = one
      while let grant = next, wanted.insert(grant.id).inserted {
        next = grant.parent.flatMap(book.grant)
      }
    }
    let ends = kept.values.filter {
      if case .revocation(let end) = $0.consent.record {
        wanted.contains(end.revokes)
      } else {
        false
      }
    }
    return sorted(wanted + ends.map(\.id))
  }

  /// The grant that a capsule's name tells of.
  func grant(of capsule: CapsuleFileName) -> ConsentID? {
    book.grants.first { capsule.isUnder($0.id) }?.id
  }

  private func sorted(_ ids: [ConsentID]) -> [[UInt8]] {
    ids.sorted().compactMap { kept[$0]?.consent.bytes }
  }
}

extension ConsentShelf {
  /// Finishes what was taken in, puts back what is missing in the vault, and enters what was put there
  /// since; the order in which records came does not matter.
  mutating func refresh(
    from vault: DirectoryVault, enteringIn trail: VaultLedger, at now: Int64
  ) throws(ServiceError) {
    try finishPending(to: vault, enteringIn: trail, at: now)
    for one in kept.values { try putBack(one.consent, to: vault) }
    var waiting = try newcomers(in: vault)
    var isMoving = true
    while isMoving {
      var left: [SignedConsent] = []
      for consent in waiting {
        if try !take(consent, from: vault, trail, now) { left.append(consent) }
      }
      isMoving = left.count < waiting.count
      waiting = left
    }
  }

  /// Takes a consent in: decided, held, entered, kept, and then put where gateways read it.
  mutating func add(
    _ consent: SignedConsent, to vault: DirectoryVault, enteringIn trail: VaultLedger,
    at now: Int64
  ) throws(ServiceError) -> (kept: KeptConsent, record: SaltedRecord?) {
    let next = try taking(consent, at: now)
    if let known = kept[consent.record.id] {
      try putBack(known.consent, to: vault)
      return (known, nil)
    }
    // Passing on is a use of the grant above, and ends with it.
    if case .grant(let grant) = consent.record, let parent = grant.parent,
      !book.isLive(parent, at: now)
    {
      throw .notPermitted
    }
    try PendingConsent.keep(consent, in: home)
    pending[consent.record.id] = consent
    return try finish(consent, with: next, to: vault, trail, now)
  }

  private func taking(
    _ consent: SignedConsent, at now: Int64
  ) throws(ServiceError) -> ConsentBook {
    var next = book
    do { try next.add(consent.bytes, receivedAt: now) } catch { throw .of(error) }
    return next
  }

  /// Enters what is held durably. Stopped anywhere, the server goes on from there: a second entry of
  /// the same consent is harmless, an entry that the server does not go by is not.
  private mutating func finish(
    _ consent: SignedConsent, with next: ConsentBook, to vault: DirectoryVault,
    _ trail: VaultLedger, _ now: Int64
  ) throws(ServiceError) -> (kept: KeptConsent, record: SaltedRecord?) {
    let entered = try trail.enter(TrailRecord(consent, at: now))
    let one = KeptConsent(consent: consent, index: entered.index, at: now)
    _ = try onDisk { () throws(VaultError) in
      try HomeFile.create("\(home.receiptFolder)/\(one.id.text)", one.bytes)
    }
    kept[one.id] = one
    book = next
    pending[one.id] = nil
    try PendingConsent.drop(one.id, in: home)
    try putBack(consent, to: vault)
    return (one, entered.salted)
  }

  private mutating func finishPending(
    to vault: DirectoryVault, enteringIn trail: VaultLedger, at now: Int64
  ) throws(ServiceError) {
    for (id, consent) in pending.sorted(by: { $0.key < $1.key }) {
      do throws(ServiceError) {
        let next = try taking(consent, at: now)
        _ = try finish(consent, with: next, to: vault, trail, now)
      } catch {
        guard error.isRefusal else { throw error }
        // It counted, and what it hangs on is gone from the home since: nothing comes of it.
        pending[id] = nil
        try PendingConsent.drop(id, in: home)
      }
    }
  }

  /// False when the record waits for another one.
  private mutating func take(
    _ consent: SignedConsent, from vault: DirectoryVault, _ trail: VaultLedger, _ now: Int64
  ) throws(ServiceError) -> Bool {
    do throws(ServiceError) {
      _ = try add(consent, to: vault, enteringIn: trail, at: now)
      return true
    } catch {
      guard error.isRefusal else { throw error }
      if case .unknown = error { return false }
      unfit.insert(.consent(consent.record.id))
      return true
    }
  }

  private mutating func newcomers(
    in vault: DirectoryVault
  ) throws(ServiceError) -> [SignedConsent] {
    var found: [SignedConsent] = []
    let names = try onDisk { () throws(VaultError) in try VaultConsents.names(vault) }
    for name in names where !unfit.contains(name) {
      if let id = ConsentID(text: name.last), kept[id] != nil { continue }
      let consent = try onDisk { () throws(VaultError) in
        try VaultConsents.read(name, in: vault)
      }
      if let consent, consent.record.id.text == name.last {
        found.append(consent)
      } else {
        unfit.insert(name)
      }
    }
    return found
  }

  /// What somebody has deleted or altered in the vault: gateways read it there.
  private func putBack(
    _ consent: SignedConsent, to vault: DirectoryVault
  ) throws(ServiceError) {
    try onDisk { () throws(VaultError) in try VaultConsents.restore(consent, in: vault) }
  }
}

extension ServiceError {
  /// What is wrong with a consent that was handed in.
  static func of(_ error: ConsentError) -> ServiceError {
    switch error {
    case .tooLong: .malformed("length")
    case .malformed(let field): .malformed(field)
    case .conflict: .malformed("id")
    case .unknownParent, .unknownGrant: .unknown
    case .badSignature, .wrongPatient, .foreignSigner, .notDelegated, .tooMany: .notPermitted
    }
  }

  /// Of a consent that does not count: nothing is wrong with the server.
  fileprivate var isRefusal: Bool {
    switch self {
    case .malformed, .notPermitted, .unknown: true
    default: false
    }
  }
}

extension TrailRecord {
  /// The record of a consent that came to count.
  init(_ consent: SignedConsent, at now: Int64) {
    switch consent.record {
    case .grant(let grant):
      self.init(.consentGranted, at: now, by: grant.signer)
      self.consent = grant.id
      categories = grant.categories
      window = grant.data
      identity = grant.identity
      reason = grant.effect == .deny ? "denial" : nil
    case .revocation(let revocation):
      self.init(.consentRevoked, at: now, by: revocation.signer)
      self.consent = revocation.revokes
      reason = revocation.reason
    }
    objects = SHA256.digest(consent.bytes)
  }
}
