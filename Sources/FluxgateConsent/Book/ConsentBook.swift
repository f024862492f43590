public import FluxgateSeal

/// All consent records of one patient that count, and what follows from them at an instant.
///
/// A value without clock or disk: the caller says what time it is, from a clock that does not go
/// back. Instants are whole seconds of UTC since 1970.
public struct ConsentBook: Sendable {
  public let patient: PatientPublicKey
  /// Records that the book was made from and that do not count, by their place in the list.
  public private(set) var refused: [(index: Int, error: ConsentError)] = []
  private var standings: [ConsentID: Standing] = [:]
  private var ends: [ConsentID: End] = [:]
  private var digests: [ConsentID: [UInt8]] = [:]

  struct Standing: Sendable {
    let grant: ConsentGrant
    let receivedAt: Int64?
    var revokedAt: Int64?
  }

  private struct End: Sendable {
    let revocation: ConsentRevocation
    let effective: Int64
  }

  public init(patient: PatientPublicKey) { self.patient = patient }

  /// Takes the records in any order; what does not count is in `refused`.
  public init(
    patient: PatientPublicKey, records: [(bytes: [UInt8], receivedAt: Int64?)]
  ) {
    self.init(patient: patient)
    var waiting = Array(records.indices)
    var isMoving = true
    while isMoving {
      refused = []
      for index in waiting {
        do throws(ConsentError) {
          try add(records[index].bytes, receivedAt: records[index].receivedAt)
        } catch {
          refused.append((index, error))
        }
      }
      isMoving = refused.count < waiting.count && refused.contains { $0.error.mayPass }
      waiting = refused.map(\.index)
    }
  }

  /// Takes a record whose signer has a say in it. The same bytes again change nothing.
  ///
  /// - Parameter receivedAt: when it became known here: a grant does not count before, a revocation
  ///   counts from then and not from the instant that it names.
  public mutating func add(
    _ bytes: [UInt8], receivedAt: Int64? = nil
  ) throws(ConsentError) {
    let signed = try SignedConsent(bytes)
    guard signed.record.patient == patient.keyFingerprint else { throw .wrongPatient }
    let digest = SHA256.digest(bytes)
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
    try signed.verify(by: try signer(of: grant))
    standings[grant.id] = Standing(
      grant: grant, receivedAt: receivedAt, revokedAt: ends[grant.id]?.effective)
  }

  private func signer(of grant: ConsentGrant) throws(ConsentError) -> VerifyingKey {
    guard let parent = grant.parent else { return patient.signing }
    guard let above = standings[parent]?.grant else { throw .unknownParent(parent) }
    guard above.effect == .permit, above.grantee.keyFingerprint == grant.signer else {
      throw .foreignSigner
    }
    return above.grantee.signing
  }

  private mutating func add(
    _ revocation: ConsentRevocation, _ signed: SignedConsent, _ receivedAt: Int64?
  ) throws(ConsentError) {
    try signed.verify(by: try signer(of: revocation))
    let effective = receivedAt ?? revocation.at
    if let known = ends[revocation.revokes], known.effective <= effective { return }
    ends[revocation.revokes] = End(revocation: revocation, effective: effective)
    standings[revocation.revokes]?.revokedAt = effective
  }

  /// The patient may end anything, and be heard before the grant itself is known.
  private func signer(of revocation: ConsentRevocation) throws(ConsentError) -> VerifyingKey {
    if revocation.signer == patient.keyFingerprint { return patient.signing }
    guard let grant = standings[revocation.revokes]?.grant else {
      throw .unknownGrant(revocation.revokes)
    }
    guard revocation.signer == grant.signer else { throw .foreignSigner }
    return try signer(of: grant)
  }
}

extension ConsentBook {
  /// All grants and denials, ended ones too, by the time they were made at.
  public var grants: [ConsentGrant] {
    standings.values.map(\.grant).sorted { ($0.created, $0.id) < ($1.created, $1.id) }
  }

  /// The revocation that ends a grant first. What it was passed on under is not looked at.
  public func revocation(of id: ConsentID) -> ConsentRevocation? { ends[id]?.revocation }

  /// The grant as it counts; nil for an unknown one.
  func effective(_ id: ConsentID) -> EffectiveGrant? {
    var line: [Standing] = []
    var next: ConsentID? = id
    while let id = next, let standing = standings[id] {
      line.append(standing)
      next = standing.grant.parent
    }
    return line.isEmpty ? nil : EffectiveGrant(line)
  }

  func effective(_ effect: ConsentGrant.Effect) -> [EffectiveGrant] {
    grants.filter { $0.effect == effect }.compactMap { effective($0.id) }
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

extension ConsentError {
  /// Whether another record may make good what is missing.
  fileprivate var mayPass: Bool {
    switch self {
    case .unknownParent, .unknownGrant: true
    default: false
    }
  }
}
