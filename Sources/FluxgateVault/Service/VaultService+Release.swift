internal import FluxgateConsent
public import FluxgateSeal

extension VaultService {
  /// Decides a request, enters the decision, and only then says what can be fetched.
  ///
  /// A permitted request that finds nothing to release is an entry too, with an empty list.
  ///
  /// - Parameter reader: who was seen to have signed the request with this key.
  /// - Throws: `.refused` with the reason and its entry's index; anything else left no entry.
  public func release(
    _ request: ReleaseRequest, by reader: PatientPublicKey
  ) throws(ServiceError) -> Release {
    try serially { (state, now) throws(ServiceError) in
      try state.consents.refresh(from: vault, enteringIn: trail, at: now)
      let asked = request.asked(by: reader.keyFingerprint)
      switch decide(asked, state.consents.book, at: now) {
      case .deny(let reason): throw try refused(reason, request, by: asked.reader, at: now)
      case .permit(let consent): return try enter(request, asked.reader, consent, &state, now)
      }
    }
  }

  /// One object of a release, when what it was decided by still holds.
  ///
  /// - Parameter name: a ``ReleasedName/name``.
  public func object(
    _ name: String, of release: [UInt8], by reader: KeyFingerprint
  ) throws(ServiceError) -> ReleasedObject {
    let source = try serially { (state, now) throws(ServiceError) in
      try state.consents.refresh(from: vault, enteringIn: trail, at: now)
      guard let open = state.releases.find(release, at: now), open.reader == reader,
        let source = open.source(name)
      else { throw .unknown }
      if let reason = miss(open, state.consents.book, at: now) {
        state.releases.close(release)
        throw try refused(reason, open.request, by: reader, consent: open.consent, at: now)
      }
      return source
    }
    return try read(source)
  }

  private enum Decision {
    /// Nil: the patient needs no grant.
    case permit(ConsentID?)
    case deny(ConsentRefusal)
  }

  private func decide(
    _ asked: ConsentRequest, _ book: ConsentBook, at now: Int64
  ) -> Decision {
    if asked.reader == patient.keyFingerprint { return .permit(nil) }
    switch book.decide(asked, at: now) {
    case .permit where asked.action == .compute: return .deny(.action)
    case .permit(let consent): return .permit(consent)
    case .deny(let reason): return .deny(reason)
    }
  }

  /// Why the grant of an open release does not permit it any more; nil when it does.
  private func miss(
    _ open: OpenRelease, _ book: ConsentBook, at now: Int64
  ) -> ConsentRefusal? {
    guard let consent = open.consent else { return nil }
    let asked = open.request.asked(by: open.reader)
    guard let misses = book.misses(of: consent, asked, at: now) else { return .noGrant }
    return misses.first
  }

  private func enter(
    _ request: ReleaseRequest, _ reader: KeyFingerprint, _ consent: ConsentID?,
    _ state: inout ServiceState, _ now: Int64
  ) throws(ServiceError) -> Release {
    let grants = state.consents.book.live(for: reader, at: now).filter {
      $0.actions.contains(request.action)
    }
    let scope = ReleaseScope(
      reader: reader, isPatient: consent == nil, categories: request.categories,
      window: request.window, grants: grants)
    let plan = try onDisk { () throws(VaultError) in
      try ReleasePlan(request.recording, in: vault, of: patient, for: scope)
    }
    var record = request.record(.released, by: reader, at: now)
    record.consent = consent
    record.objects = PlannedObject.digest(of: plan.objects)
    let index = try trail.enter(record).index
    let id = RandomBytes.make(16)
    state.releases.add(OpenRelease(id, to: reader, request, by: consent, at: now, plan.objects))
    return Release(
      id: id, consent: consent, index: index, objects: plan.objects.map(\.name),
      damaged: plan.damaged)
  }

  /// Enters a refusal and gives the error that tells of it.
  private func refused(
    _ reason: ConsentRefusal, _ request: ReleaseRequest, by reader: KeyFingerprint,
    consent: ConsentID? = nil, at now: Int64
  ) throws(ServiceError) -> ServiceError {
    var record = request.record(.refused, by: reader, at: now)
    record.reason = reason.code
    record.consent = consent
    if case .denied(let denial) = reason { record.consent = denial }
    return .refused(reason, index: try trail.enter(record).index)
  }

  private func read(_ source: PlannedObject.Source) throws(ServiceError) -> ReleasedObject {
    switch source {
    case .bytes(let bytes): return .bytes(bytes)
    case .part(let part): return try parts.make(part, from: vault)
    case .object(let name, let size?):
      let found = try onDisk { () throws(VaultError) in try vault.byteCount(name) }
      guard found == size else { throw .unknown }
      return .file(path: vault.place(name), size: size, isTemporary: false)
    case .object(let name, nil): return .bytes(try small(name))
    }
  }

  private func small(_ name: ObjectName) throws(ServiceError) -> [UInt8] {
    do throws(VaultError) {
      return try vault.get(name, limit: 1 << 20)
    } catch {
      if case .noObject = error { throw .unknown }
      throw .of(error)
    }
  }
}

extension ReleaseRequest {
  fileprivate func asked(by reader: KeyFingerprint) -> ConsentRequest {
    ConsentRequest(
      reader: reader, categories: categories, action: action, purpose: purpose, data: window,
      identity: identity)
  }

  fileprivate func record(
    _ kind: TrailRecord.Kind, by reader: KeyFingerprint, at now: Int64
  ) -> TrailRecord {
    var record = TrailRecord(kind, at: now, by: reader)
    record.recording = recording
    record.categories = categories
    record.window = window
    record.purpose = purpose
    record.action = action
    record.identity = identity
    return record
  }
}
