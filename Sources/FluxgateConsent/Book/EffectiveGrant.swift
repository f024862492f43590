internal import FluxgateSeal

/// A grant as it counts: intersected in every field with all that it was passed on under.
struct EffectiveGrant {
  let grant: ConsentGrant
  /// The grant's grantee and those above.
  let holders: Set<KeyFingerprint>
  let actions: Set<ConsentAction>
  let purposes: Set<String>
  let valid: TimeWindow
  let data: TimeWindow
  let identity: IdentityLevel
  /// When the first of them was revoked.
  var revokedAt: Int64?
  /// When the last of them became known, where that is recorded.
  let knownFrom: Int64?

  /// A part of what every ancestor lets pass on: another grant is not in the book.
  var categories: Set<UInt16> { grant.categories }

  /// - Parameter above: what it was passed on under; nil for the patient's own.
  init(_ grant: ConsentGrant, under above: EffectiveGrant?, receivedAt: Int64?) {
    self.grant = grant
    holders = (above?.holders ?? []).union([grant.grantee.keyFingerprint])
    actions = above.map { $0.actions.intersection(grant.actions) } ?? grant.actions
    purposes = above.map { $0.purposes.intersection(grant.purposes) } ?? grant.purposes
    valid = (above?.valid ?? TimeWindow()).intersection(grant.valid)
    data = (above?.data ?? TimeWindow()).intersection(grant.data)
    identity = above.map { min($0.identity, grant.identity) } ?? grant.identity
    knownFrom = [above?.knownFrom, receivedAt].compactMap(\.self).max()
  }

  /// Whether it is in force, apart from what is asked of it.
  func isLive(at now: Int64) -> Bool { timing(at: now).isEmpty }

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

  var whole: LiveGrant {
    LiveGrant(
      id: grant.id, grantee: grant.grantee, categories: categories, actions: actions,
      purposes: purposes, valid: valid, data: data, identity: identity)
  }
}
