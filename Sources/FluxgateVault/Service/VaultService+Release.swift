internal import FluxgateConsent
public import FluxgateSeal

extension VaultService {
  /// Decides a request, enters the decision, and only then says what can be fetched.
  ///
  /// A permitted request that finds nothing to release is an entry too, with an empty list. What is
  /// released is looked up while other decisions are made; what it was looked up by is judged again
  /// with the entry.
  ///
  /// - Parameter reader: who was seen to have signed the request with this key.
  /// - Throws: `.refused` with the reason and its entry's index; anything else left no entry.
  public func release(
    _ request: ReleaseRequest, by reader: PatientPublicKey
  ) throws(ServiceError) -> Release {
    let reader = reader.keyFingerprint
    var basis = try serially { (state, now) throws(ServiceError) in
      try judge(request, by: reader, state, at: now)
    }
    // A further round needs another consent or tombstone that was signed meanwhile.
    while true {
      let planned = try onDisk { [basis, vault, patient] () throws(VaultError) in
        try PlannedRelease(basis, of: request.recording, in: vault, of: patient)
      }
      let release = try serially { (state, now) throws(ServiceError) -> Release? in
        let newest = try judge(request, by: reader, state, at: now)
        guard newest == basis else {
          basis = newest
          return nil
        }
        return try enter(request, planned, &state, at: now)
      }
      if let release { return release }
    }
  }

  /// One object of a release, when what it was decided by still holds.
  ///
  /// A part of a segment is made while other decisions are made: it is judged before and after.
  ///
  /// - Parameter name: a ``ReleasedName/name``.
  public func object(
    _ name: String, of release: [UInt8], by reader: KeyFingerprint
  ) throws(ServiceError) -> ReleasedObject {
    let found = try look(for: name, of: release, by: reader)
    switch found {
    case .there(let object): return object
    case .part(let part):
      let made = try parts.make(part, of: release, from: vault)
      do throws(ServiceError) {
        _ = try look(for: name, of: release, by: reader)
        return made.object
      } catch {
        try made.discard()
        throw error
      }
    }
  }

  private enum FoundObject {
    case there(ReleasedObject)
    case part(SegmentSource)
  }

  /// What is not made first is read, or found, together with the decision.
  private func look(
    for name: String, of release: [UInt8], by reader: KeyFingerprint
  ) throws(ServiceError) -> FoundObject {
    try serially { (state, now) throws(ServiceError) in
      guard let open = state.releases.find(release, at: now), open.reader == reader,
        let object = open.object(name)
      else { throw .unknown }
      if let reason = DecidingGrant.miss(object, of: open, state.consents.book, at: now) {
        state.releases.close(release)
        throw try refused(reason, open.request, by: reader, consent: open.consent, at: now)
      }
      return try find(object.source)
    }
  }

  private func judge(
    _ request: ReleaseRequest, by reader: KeyFingerprint, _ state: ServiceState, at now: Int64
  ) throws(ServiceError) -> ReleaseBasis {
    let grants: [DecidingGrant?]
    switch ReleaseRuling(request, by: reader, state.consents.book, at: now) {
    case .patient: grants = [nil]
    case .grants(let some): grants = some
    case .refused(let reason): throw try refused(reason, request, by: reader, at: now)
    }
    let scopes = grants.map {
      ReleaseScope(
        reader: reader, grant: $0, categories: request.categories, window: request.window)
    }
    return ReleaseBasis(scopes: scopes, tombstones: state.erasures.all)
  }

  private func enter(
    _ request: ReleaseRequest, _ planned: PlannedRelease, _ state: inout ServiceState,
    at now: Int64
  ) throws(ServiceError) -> Release {
    let (reader, consent) = (planned.scope.reader, planned.scope.grant?.id)
    let objects = planned.plan.objects
    var record = request.record(.released, by: reader, at: now)
    record.consent = consent
    record.objects = PlannedObject.digest(of: objects)
    let index = try trail.enter(record).index
    let id = RandomBytes.make(16)
    state.releases.add(OpenRelease(id, to: reader, request, by: consent, at: now, objects))
    return Release(
      id: id, consent: consent, index: index, objects: objects.map(\.name),
      damaged: planned.plan.damaged)
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

  private func find(_ source: PlannedObject.Source) throws(ServiceError) -> FoundObject {
    switch source {
    case .bytes(let bytes): return .there(.bytes(bytes))
    case .part(let part): return .part(part)
    case .object(let name, let size?):
      let found = try onDisk { () throws(VaultError) in try vault.byteCount(name) }
      guard found == size else { throw .unknown }
      return .there(.file(path: vault.place(name), size: size, isTemporary: false))
    case .object(let name, nil): return .there(.bytes(try small(name)))
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
