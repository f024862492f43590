internal import FluxgateSeal

/// A grant as it counts: intersected in every field with all that it was passed on under.
struct EffectiveGrant {
  let grant: ConsentGrant
  /// The grant's grantee and those above.
  let holders: Set<KeyFingerprint>
  let isDelegable: Bool
  let categories: Set<UInt16>
  let actions: Set<ConsentAction>
  let purposes: Set<String>
  let valid: TimeWindow
  let data: TimeWindow
  let identity: IdentityLevel
  /// When the first of them was revoked.
  let revokedAt: Int64?
  /// When the last of them became known, where that is recorded.
  let knownFrom: Int64?

  /// - Parameter line: the grant, then its parent, and so on to the patient's own.
  init(_ line: [ConsentBook.Standing]) {
    var categories = line[0].grant.categories
    var isDelegable = true
    for (distance, above) in line.enumerated().dropFirst() {
      categories.formIntersection(above.grant.delegation?.categories ?? [])
      isDelegable = isDelegable && Int(above.grant.delegation?.depth ?? 0) >= distance
    }
    let all = line.map(\.grant)
    grant = all[0]
    holders = Set(all.map(\.grantee.keyFingerprint))
    self.isDelegable = isDelegable
    self.categories = categories
    actions = all.dropFirst().reduce(all[0].actions) { $0.intersection($1.actions) }
    purposes = all.dropFirst().reduce(all[0].purposes) { $0.intersection($1.purposes) }
    valid = all.reduce(TimeWindow()) { $0.intersection($1.valid) }
    data = all.reduce(TimeWindow()) { $0.intersection($1.data) }
    identity = all.dropFirst().reduce(all[0].identity) { min($0, $1.identity) }
    revokedAt = line.compactMap(\.revokedAt).min()
    knownFrom = line.compactMap(\.receivedAt).max()
  }

  /// Whether it is in force, apart from what is asked of it.
  func isLive(at now: Int64) -> Bool {
    isDelegable && timing(at: now).isEmpty
  }

  func timing(at now: Int64) -> [ConsentRefusal] {
    var misses: [ConsentRefusal] = []
    if !TimeWindow(from: valid.from).contains(now) || !TimeWindow(from: knownFrom).contains(now) {
      misses.append(.notYetValid)
    }
    if let revokedAt, now >= revokedAt { misses.append(.revoked) }
    if !TimeWindow(until: valid.until).contains(now) { misses.append(.expired) }
    return misses
  }

  /// Every part of the request that this grant does not cover, in order.
  func misses(_ request: ConsentRequest, at now: Int64) -> [ConsentRefusal] {
    var misses: [ConsentRefusal] = []
    if grant.grantee.keyFingerprint != request.reader { misses.append(.grantee) }
    if !isDelegable { misses.append(.delegation) }
    if request.categories.isEmpty || !request.categories.isSubset(of: categories) {
      misses.append(.category)
    }
    if !actions.contains(request.action) { misses.append(.action) }
    if !purposes.contains(request.purpose) { misses.append(.purpose) }
    misses += timing(at: now)
    if request.data.isEmpty || !data.contains(request.data) { misses.append(.dataWindow) }
    if request.identity > identity { misses.append(.identity) }
    return misses
  }

  /// Whether this denial covers any part of the request.
  func denies(_ request: ConsentRequest) -> Bool {
    !categories.isDisjoint(with: request.categories) && actions.contains(request.action)
      && purposes.contains(request.purpose) && !data.intersection(request.data).isEmpty
      && request.identity >= identity
  }

  /// A denial for a grantee binds all who hold their grant from them.
  func isUnder(_ denial: EffectiveGrant) -> Bool {
    holders.contains(denial.grant.grantee.keyFingerprint)
  }

  var whole: LiveGrant {
    LiveGrant(
      id: grant.id, grantee: grant.grantee, categories: categories, actions: actions,
      purposes: purposes, valid: valid, data: data, identity: identity)
  }
}
