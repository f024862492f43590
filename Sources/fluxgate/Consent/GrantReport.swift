import FluxgateConsent
import FluxgateSeal

/// A grant for programs.
struct GrantReport: Encodable {
  let id, effect, state, grantee, fingerprint, identity: String
  let parent: String?
  let categories, actions, purposes, terms: [String]
  let validFrom, validUntil, dataFrom, dataUntil, revokedAt: Int64?
  let delegationDepth: Int?

  init(_ grant: ConsentGrant, in book: ConsentBook, at now: Int64) {
    id = grant.id.text
    effect = grant.effect.rawValue
    state = GrantState(grant, in: book, at: now).rawValue
    grantee = grant.grantee.name
    fingerprint = grant.grantee.fingerprint
    identity = grant.identity.name
    parent = grant.parent?.text
    categories = grant.categories.sorted().map { GrantText.names([$0]) }
    actions = grant.actions.map(\.rawValue).sorted()
    purposes = grant.purposes.sorted()
    terms = grant.terms.sorted()
    validFrom = grant.valid.from
    validUntil = grant.valid.until
    dataFrom = grant.data.from
    dataUntil = grant.data.until
    revokedAt = book.revocation(of: grant.id)?.at
    delegationDepth = grant.delegation.map { Int($0.depth) }
  }
}

/// Where a record stands now, in a word.
enum GrantState: String {
  case live
  case notYet = "not yet"
  case ended, revoked
  /// In its time, and without effect: passed on too far, forbidden, or ended above.
  case withoutEffect = "without effect"

  init(_ grant: ConsentGrant, in book: ConsentBook, at now: Int64) {
    if let revocation = book.revocation(of: grant.id), revocation.at <= now {
      self = .revoked
    } else if let until = grant.valid.until, now >= until {
      self = .ended
    } else if !grant.valid.contains(now) {
      self = .notYet
    } else {
      let isLive = grant.effect == .deny || book.isLive(grant.id, at: now)
      self = isLive ? .live : .withoutEffect
    }
  }
}
