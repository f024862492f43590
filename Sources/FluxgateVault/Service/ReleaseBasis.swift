internal import FluxgateConsent
internal import FluxgateSeal

/// What a release is planned by, away from the lock, and whether that still holds when it is entered.
struct ReleaseBasis: Hashable, Sendable {
  /// One for each grant that permits the request.
  let scopes: [ReleaseScope]
  let tombstones: [KeptTombstone]
}

/// A release that is planned under one grant.
struct PlannedRelease {
  let scope: ReleaseScope
  let plan: ReleasePlan

  /// By the grant that gives most: a reader may hold several, and each has its own keys.
  init(
    _ basis: ReleaseBasis, of recording: [UInt8]?, in vault: DirectoryVault,
    of patient: PatientPublicKey
  ) throws(VaultError) {
    var best: PlannedRelease?
    for scope in basis.scopes {
      let plan = try ReleasePlan(
        recording, in: vault, of: patient, for: scope, under: basis.tombstones)
      if let known = best, known.plan.objects.count >= plan.objects.count { continue }
      best = PlannedRelease(scope: scope, plan: plan)
    }
    guard let best else { preconditionFailure("a request that is permitted has a scope") }
    self = best
  }

  private init(scope: ReleaseScope, plan: ReleasePlan) {
    self.scope = scope
    self.plan = plan
  }
}
