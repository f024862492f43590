internal import FluxgateConsent
public import FluxgateLedger
public import FluxgateSeal

/// The patient's machine at an erasure in a vault behind a server: plans it, seals anew what stays,
/// hands in the tombstone and checks the receipt. Capsules and keys stay in memory.
public struct RemoteErasure: Sendable {
  private let vault: RemoteVault
  private let secret: PatientSecret
  private let categories: Set<UInt16>

  /// What became of one tombstone.
  public struct Outcome: Sendable {
    public let receipt: ErasureReceipt
    /// Capsules that were sealed anew.
    public let resealedCount: Int
  }

  /// - Parameter categories: all that there may be.
  public init(_ vault: RemoteVault, secret: PatientSecret, categories: Set<UInt16>) {
    self.vault = vault
    self.secret = secret
    self.categories = categories
  }

  public func plan(_ wish: ErasureWish) async throws(RemoteError) -> ErasurePlan {
    let release = try await release(wish.recording)
    let documents = try await vault.documents(of: release)
    return try local { () throws(VaultError) in
      try ErasurePlan(
        wish, in: documents, damaged: release.damaged, of: secret.publicKey.keyFingerprint)
    }
  }

  /// Looks at the vault anew: an earlier tombstone has changed what is there, and a key that it has
  /// erased must not be sealed again.
  ///
  /// - Parameter log: the key of the vault's log.
  public func erase(
    _ tombstone: Tombstone, log: VerifierKey
  ) async throws(RemoteError) -> Outcome {
    let documents = try await vault.documents(of: try await release(tombstone.scope.recording))
    let capsules = try local { () throws(VaultError) in
      try VaultErasure.resealed(for: tombstone, in: documents, secret: secret)
    }
    for capsule in capsules {
      try await vault.add(
        capsule: capsule.bytes, recording: capsule.recording, name: capsule.name)
    }
    let file = tombstone.signed(by: secret)
    let receipt = try await vault.erase(tombstone: file)
    guard receipt.tombstone == tombstone.id else { throw .unproven("tombstone") }
    try ReceiptCheck(log: log).check(
      try await record(of: receipt), at: receipt.index, proof: receipt.proof, of: .erased,
      about: file, by: tombstone.patient)
    return Outcome(receipt: receipt, resealedCount: capsules.count)
  }

  /// Where the server had entered it before and keeps no salt, the trail's.
  private func record(of receipt: ErasureReceipt) async throws(RemoteError) -> SaltedRecord {
    if let record = receipt.record { return record }
    let page = try await vault.trail(from: receipt.index)
    guard let first = page.records.first, first.index == receipt.index,
      let salted = SaltedRecord(opening: first.sealed, with: secret)
    else { throw .unproven("the trail has no such record") }
    return salted
  }

  /// Everything that the patient has, by a release to the patient.
  private func release(_ recording: [UInt8]?) async throws(RemoteError) -> Release {
    let request: ReleaseRequest
    do throws(ServiceError) {
      request = try ReleaseRequest(
        recording: recording, categories: categories, window: TimeWindow(), purpose: "PATRQT",
        identity: .identified)
    } catch {
      throw .malformed("\(error)")
    }
    return try await vault.release(request)
  }

  private func local<Value>(
    _ body: () throws(VaultError) -> Value
  ) throws(RemoteError) -> Value {
    do { return try body() } catch { throw .local(error) }
  }
}
