public import FluxgateSeal

/// All consent records of one patient that count, and what follows from them at an instant.
///
/// A value without clock or disk: the caller says what time it is, from a clock that does not go
/// back. Instants are whole seconds of UTC since 1970.
///
/// What a grantee can add is bounded, and so is the work that it makes: see ``stepsMax`` and
/// ``passedOnMax``.
public struct ConsentBook: Sendable {
  /// A grant stands at most so many steps below the patient's own, whatever depth that one allows.
  public static let stepsMax = 8
  /// Of the grants that one key passed on, itself or through those below, so many count.
  public static let passedOnMax = 64

  public let patient: PatientPublicKey
  /// Records that the book was made from and that do not count, by their place in the list.
  public internal(set) var refused: [(index: Int, error: ConsentError)] = []
  private var standings: [ConsentID: Standing] = [:]
  private var ends: [ConsentID: End] = [:]
  private var digests: [ConsentID: [UInt8]] = [:]
  private var permits: [KeyFingerprint: [ConsentID]] = [:]
  private var denials: [KeyFingerprint: [ConsentID]] = [:]
  private var passedOn: [KeyFingerprint: Int] = [:]

  private struct Standing: Sendable {
    /// But for revocations, which may come later.
    let effective: EffectiveGrant
    let receivedAt: Int64?
    /// How many grants may follow each other below this one.
    let stepsLeft: Int
    var revokedAt: Int64?
    /// By its own signer, where that is not the patient.
    var isEndedBySigner = false

    var grant: ConsentGrant { effective.grant }
  }

  private struct End: Sendable {
    let revocation: ConsentRevocation
    let effective: Int64
  }

  public init(patient: PatientPublicKey) { self.patient = patient }

  /// Takes a record whose signer has a say in it. The same bytes again change nothing.
  ///
  /// - Parameter receivedAt: when it became known here: a grant does not count before, a revocation
  ///   counts from then and not from the instant that it names.
  public mutating func add(
    _ bytes: [UInt8], receivedAt: Int64? = nil
  ) throws(ConsentError) {
    try add(try SignedConsent(bytes), receivedAt: receivedAt)
  }

  mutating func add(_ signed: SignedConsent, receivedAt: Int64?) throws(ConsentError) {
    guard signed.record.patient == patient.keyFingerprint else { throw .wrongPatient }
    let digest = SHA256.digest(signed.bytes)
    if let known = digests[signed.record.id] {
      guard known == digest else { throw .conflict(signed.record.id) }
      return
    }
    switch signed.record {
    case .grant(let grant): try add(grant, signed, receivedAt)
    case .revocation(let revocation): try add(revocation, signed, receivedAt)
    }
    digests[signed.record.id] = digest
  }

  private mutating func add(
    _ grant: ConsentGrant, _ signed: SignedConsent, _ receivedAt: Int64?
  ) throws(ConsentError) {
    let above = try parent(of: grant)
    try signed.verify(by: above?.grant.grantee.signing ?? patient.signing)
    let stepsAbove = above.map { $0.stepsLeft - 1 } ?? Self.stepsMax
    standings[grant.id] = Standing(
      effective: EffectiveGrant(grant, under: above?.effective, receivedAt: receivedAt),
      receivedAt: receivedAt, stepsLeft: min(stepsAbove, Int(grant.delegation?.depth ?? 0)),
      revokedAt: ends[grant.id]?.effective)
    for holder in above?.effective.holders ?? [] { passedOn[holder, default: 0] += 1 }
    switch grant.effect {
    case .permit: permits[grant.grantee.keyFingerprint, default: []].append(grant.id)
    case .deny: denials[grant.grantee.keyFingerprint, default: []].append(grant.id)
    }
  }

  /// The grant that is passed on; nil for the patient's own.
  private func parent(of grant: ConsentGrant) throws(ConsentError) -> Standing? {
    guard let id = grant.parent else { return nil }
    guard let above = standings[id] else { throw .unknownParent(id) }
    guard above.grant.effect == .permit, above.grant.grantee.keyFingerprint == grant.signer else {
      throw .foreignSigner
    }
    guard above.stepsLeft > 0,
      grant.categories.isSubset(of: above.grant.delegation?.categories ?? [])
    else { throw .notDelegated(id) }
    let isFull = above.effective.holders.contains { passedOn[$0, default: 0] >= Self.passedOnMax }
    guard !isFull else { throw .tooMany }
    return above
  }

  private mutating func add(
    _ revocation: ConsentRevocation, _ signed: SignedConsent, _ receivedAt: Int64?
  ) throws(ConsentError) {
    try signed.verify(by: try signer(of: revocation))
    if revocation.signer != patient.keyFingerprint {
      standings[revocation.revokes]?.isEndedBySigner = true
    }
    let effective = receivedAt ?? revocation.at
    if let known = ends[revocation.revokes], known.effective <= effective { return }
    ends[revocation.revokes] = End(revocation: revocation, effective: effective)
    standings[revocation.revokes]?.revokedAt = effective
  }

  /// The patient may end anything, as often as they like, and be heard before the grant itself is
  /// known; who has passed something on ends it once.
  private func signer(of revocation: ConsentRevocation) throws(ConsentError) -> VerifyingKey {
    if revocation.signer == patient.keyFingerprint { return patient.signing }
    guard let standing = standings[revocation.revokes] else {
      throw .unknownGrant(revocation.revokes)
    }
    guard revocation.signer == standing.grant.signer,
      let above = standing.grant.parent.flatMap({ standings[$0] })
    else { throw .foreignSigner }
    guard !standing.isEndedBySigner else { throw .tooMany }
    return above.grant.grantee.signing
  }
}

extension ConsentBook {
  /// All grants and denials, ended ones too, by the time they were made at.
  public var grants: [ConsentGrant] {
    standings.values.map(\.grant).sorted { ($0.created, $0.id) < ($1.created, $1.id) }
  }

  /// A grant or denial, ended or not.
  public func grant(_ id: ConsentID) -> ConsentGrant? { standings[id]?.grant }

  /// The revocation that ends a grant first. What it was passed on under is not looked at.
  public func revocation(of id: ConsentID) -> ConsentRevocation? { ends[id]?.revocation }

  /// The grant as it counts; nil for an unknown one.
  func effective(_ id: ConsentID) -> EffectiveGrant? {
    guard var effective = standings[id]?.effective else { return nil }
    var next: ConsentID? = id
    while let standing = next.flatMap({ standings[$0] }) {
      if let end = standing.revokedAt { effective.revokedAt = min(effective.revokedAt ?? end, end) }
      next = standing.grant.parent
    }
    return effective
  }

  /// What this key is permitted, ended ones too.
  func permits(to grantee: KeyFingerprint) -> [EffectiveGrant] {
    (permits[grantee] ?? []).compactMap(effective)
  }

  /// The denials that bind this grant's holder, for themselves or for somebody above.
  func denials(over permit: EffectiveGrant) -> [EffectiveGrant] {
    permit.holders.flatMap { denials[$0] ?? [] }.sorted().compactMap(effective)
  }

  /// Every instant that is named anywhere.
  var instants: [Int64] {
    standings.values.flatMap { standing in
      let grant = standing.grant
      return [
        grant.valid.from, grant.valid.until, grant.data.from, grant.data.until,
        standing.receivedAt, standing.revokedAt,
      ].compactMap { $0 }
    }
  }
}
