public import FluxgateSeal

/// A permission that holds at an instant: a grant cut down by all that it was passed on under and by
/// every denial.
///
/// A denial of a part can leave several pieces of one grant: they share its id.
public struct LiveGrant: Hashable, Sendable {
  public let id: ConsentID
  public let grantee: PatientPublicKey
  public internal(set) var categories: Set<UInt16>
  public internal(set) var actions: Set<ConsentAction>
  public internal(set) var purposes: Set<String>
  /// When it may be used, unless something is revoked before.
  public let valid: TimeWindow
  public internal(set) var data: TimeWindow
  public internal(set) var identity: IdentityLevel
}

extension LiveGrant {
  /// What is left of this piece outside a denial: nothing, itself or up to six pieces, which together
  /// are exactly the rest.
  func without(_ denial: ConsentGrant) -> [LiveGrant] {
    guard isTouched(by: denial) else { return [self] }
    var rest: [LiveGrant] = []
    var hit = self
    // One dimension after the other: what lies outside is kept, what lies inside goes on.
    rest.append(hit.kept { $0.categories.subtract(denial.categories) })
    hit.categories.formIntersection(denial.categories)
    rest.append(hit.kept { $0.actions.subtract(denial.actions) })
    hit.actions.formIntersection(denial.actions)
    rest.append(hit.kept { $0.purposes.subtract(denial.purposes) })
    hit.purposes.formIntersection(denial.purposes)
    rest += hit.outside(denial.data)
    hit.data = hit.data.intersection(denial.data)
    if let lower = denial.identity.lower { rest.append(hit.kept { $0.identity = lower }) }
    return rest.filter(\.permitsSomething)
  }

  private func isTouched(by denial: ConsentGrant) -> Bool {
    !categories.isDisjoint(with: denial.categories) && !actions.isDisjoint(with: denial.actions)
      && !purposes.isDisjoint(with: denial.purposes)
      && !data.intersection(denial.data).isEmpty && identity >= denial.identity
  }

  private func outside(_ window: TimeWindow) -> [LiveGrant] {
    var pieces: [LiveGrant] = []
    if let from = window.from {
      pieces.append(kept { $0.data = $0.data.intersection(TimeWindow(until: from)) })
    }
    if let until = window.until {
      pieces.append(kept { $0.data = $0.data.intersection(TimeWindow(from: until)) })
    }
    return pieces
  }

  private func kept(_ change: (inout LiveGrant) -> Void) -> LiveGrant {
    var piece = self
    change(&piece)
    return piece
  }

  var permitsSomething: Bool {
    !categories.isEmpty && !actions.isEmpty && !purposes.isEmpty && !data.isEmpty
      && !valid.isEmpty
  }
}

extension IdentityLevel {
  fileprivate var lower: IdentityLevel? {
    rawValue == 0 ? nil : IdentityLevel(rawValue: rawValue - 1)
  }
}
