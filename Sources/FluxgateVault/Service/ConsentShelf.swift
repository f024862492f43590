internal import FluxgateConsent
internal import FluxgateSeal

/// The consents that a server goes by: each has an entry in the ledger.
///
/// They are kept in the server's home too, so that one which is taken out of the vault still counts:
/// a revocation that somebody deletes is put back when the server starts.
struct ConsentShelf: Sendable {
  private(set) var book: ConsentBook
  private var kept: [ConsentID: KeptConsent] = [:]
  /// Objects under `consent/` that no later record can make good.
  private(set) var unfit: Set<ObjectName> = []
  private let home: VaultHome

  init(
    _ home: VaultHome, _ vault: DirectoryVault, _ patient: PatientPublicKey
  ) throws(ServiceError) {
    self.home = home
    try home.makeFolder(home.receiptFolder)
    let all = try KeptConsent.all(in: home)
    book = ConsentBook(patient: patient, records: all.map { ($0.consent.bytes, $0.at) })
    if let refused = book.refused.first {
      throw .damagedHome(path: "\(home.receiptFolder)/\(all[refused.index].id.text)")
    }
    for one in all {
      kept[one.id] = one
      _ = try onDisk { () throws(VaultError) in try VaultConsents.put(one.consent, in: vault) }
    }
  }

  var all: [[UInt8]] { sorted(kept.values.map(\.id)) }

  /// A reader's own grants, what they come from, and what ends any of these.
  func own(_ reader: KeyFingerprint) -> [[UInt8]] {
    var wanted: Set<ConsentID> = []
    for one in book.grants where one.grantee.keyFingerprint == reader {
      var next: ConsentGrant? = one
      while let grant = next, wanted.insert(grant.id).inserted {
        next = grant.parent.flatMap { parent in book.grants.first { $0.id == parent } }
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

  func holds(_ id: ConsentID) -> KeptConsent? { kept[id] }

  private func sorted(_ ids: [ConsentID]) -> [[UInt8]] {
    ids.sorted().compactMap { kept[$0]?.consent.bytes }
  }
}

extension ConsentShelf {
  /// Enters what was put into the vault since; the order in which records came does not matter.
  mutating func refresh(
    from vault: DirectoryVault, enteringIn trail: VaultLedger, at now: Int64
  ) throws(ServiceError) {
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

  /// Takes a consent in: decided, entered, kept, and then put where gateways read it.
  mutating func add(
    _ consent: SignedConsent, to vault: DirectoryVault, enteringIn trail: VaultLedger,
    at now: Int64
  ) throws(ServiceError) -> (kept: KeptConsent, record: SaltedRecord?) {
    var next = book
    do { try next.add(consent.bytes, receivedAt: now) } catch { throw .of(error) }
    if let known = kept[consent.record.id] {
      try put(consent, in: vault)
      return (known, nil)
    }
    let entered = try trail.enter(TrailRecord(consent, at: now))
    let one = KeptConsent(consent: consent, index: entered.index, at: now)
    _ = try onDisk { () throws(VaultError) in
      try HomeFile.create("\(home.receiptFolder)/\(one.id.text)", one.bytes)
    }
    kept[one.id] = one
    book = next
    try put(consent, in: vault)
    return (one, entered.salted)
  }

  /// False when the record waits for another one.
  private mutating func take(
    _ consent: SignedConsent, from vault: DirectoryVault, _ trail: VaultLedger, _ now: Int64
  ) throws(ServiceError) -> Bool {
    do {
      _ = try add(consent, to: vault, enteringIn: trail, at: now)
      return true
    } catch .unknown {
      return false
    } catch .malformed, .notPermitted {
      unfit.insert(.consent(consent.record.id))
      return true
    }
  }

  private mutating func newcomers(
    in vault: DirectoryVault
  ) throws(ServiceError) -> [SignedConsent] {
    var found: [SignedConsent] = []
    do {
      for name in try VaultConsents.names(vault) where !unfit.contains(name) {
        if let id = ConsentID(text: name.last), kept[id] != nil { continue }
        guard let consent = try Self.record(name, in: vault) else {
          unfit.insert(name)
          continue
        }
        found.append(consent)
      }
    } catch {
      throw .of(error)
    }
    return found
  }

  /// Nil for an object that is no record, or not the one that its name says.
  private static func record(
    _ name: ObjectName, in vault: DirectoryVault
  ) throws(VaultError) -> SignedConsent? {
    do {
      let bytes = try vault.get(name, limit: SignedConsent.byteCountMax)
      guard let consent = try? SignedConsent(bytes), consent.record.id.text == name.last else {
        return nil
      }
      return consent
    } catch {
      guard case .refused(_, .size) = error else { throw error }
      return nil
    }
  }

  private func put(
    _ consent: SignedConsent, in vault: DirectoryVault
  ) throws(ServiceError) {
    _ = try onDisk { () throws(VaultError) in try VaultConsents.put(consent, in: vault) }
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
    case .badSignature, .wrongPatient, .foreignSigner: .notPermitted
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
