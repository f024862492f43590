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
    let denials = effective(.deny).filter { $0.isLive(at: now) && $0.denies(request) }
    return effective(.permit).map { permit in
      let denied = denials.filter(permit.isUnder)
        .map { ConsentRefusal.denied($0.grant.id) }
      return (permit.grant.id, permit.misses(request, at: now) + denied)
    }
  }

  /// What is permitted at `now`, less every denial that holds then.
  public func live(at now: Int64) -> [LiveGrant] {
    let denials = effective(.deny).filter { $0.isLive(at: now) }
    return effective(.permit).filter { $0.isLive(at: now) }.flatMap { permit in
      denials.filter(permit.isUnder)
        .reduce([permit.whole].filter(\.permitsSomething)) { pieces, denial in
          pieces.flatMap { $0.without(denial.grant) }
        }
    }
  }

  /// The next instant at which ``live(at:)``, or where `now` lies in a data window, may change; nil
  /// when nothing changes any more by itself.
  public func nextChange(after now: Int64) -> Int64? {
    instants.filter { $0 > now }.min()
  }
}
