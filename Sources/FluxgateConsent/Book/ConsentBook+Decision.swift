public import FluxgateSeal

extension ConsentBook {
  /// Permits only what one grant covers whole, while it lasts, and what no denial touches.
  ///
  /// Judged with what counts at `now`: an audit of an old read gives the instant of that read.
  public func decide(_ request: ConsentRequest, at now: Int64) -> ConsentDecision {
    var nearest = ConsentRefusal.noGrant
    for (id, misses) in explain(request, at: now) {
      guard let first = misses.first else { return .permit(id) }
      if first.nearness > nearest.nearness { nearest = first }
    }
    return .deny(nearest)
  }

  /// For every grant, what of the request it does not cover; a grant with no misses permits it.
  public func explain(
    _ request: ConsentRequest, at now: Int64
  ) -> [(ConsentID, [ConsentRefusal])] {
    everyPermit.map { ($0.grant.id, misses(of: $0, request, at: now)) }
  }

  /// What of the request one grant does not cover; nil for one that is unknown or a denial.
  public func misses(
    of id: ConsentID, _ request: ConsentRequest, at now: Int64
  ) -> [ConsentRefusal]? {
    guard let permit = effective(id), permit.grant.effect == .permit else { return nil }
    return misses(of: permit, request, at: now)
  }

  /// What is permitted at `now`, less every denial that holds then.
  public func live(at now: Int64) -> [LiveGrant] {
    everyPermit.flatMap { pieces(of: $0, at: now) }
  }

  /// The same, for one grantee.
  public func live(for grantee: KeyFingerprint, at now: Int64) -> [LiveGrant] {
    permits(to: grantee).flatMap { pieces(of: $0, at: now) }
  }

  /// Whether anything of this grant is permitted at `now`.
  public func isLive(_ id: ConsentID, at now: Int64) -> Bool {
    guard let permit = effective(id), permit.grant.effect == .permit else { return false }
    return !pieces(of: permit, at: now).isEmpty
  }

  /// The next instant at which ``live(at:)``, or where `now` lies in a data window, may change; nil
  /// when nothing changes any more by itself.
  public func nextChange(after now: Int64) -> Int64? {
    instants.filter { $0 > now }.min()
  }

  private var everyPermit: [EffectiveGrant] {
    grants.filter { $0.effect == .permit }.compactMap { effective($0.id) }
  }

  private func misses(
    of permit: EffectiveGrant, _ request: ConsentRequest, at now: Int64
  ) -> [ConsentRefusal] {
    let denied = denials(over: permit).filter { $0.isLive(at: now) && $0.denies(request) }
    return permit.misses(request, at: now) + denied.map { .denied($0.grant.id) }
  }

  private func pieces(of permit: EffectiveGrant, at now: Int64) -> [LiveGrant] {
    guard permit.isLive(at: now) else { return [] }
    return denials(over: permit).filter { $0.isLive(at: now) }
      .reduce([permit.whole].filter(\.permitsSomething)) { pieces, denial in
        pieces.flatMap { $0.without(denial.grant) }
      }
  }
}
