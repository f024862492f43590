import Fluxgate
import FluxgateConsent
import FluxgateLedger
import FluxgateSeal
import FluxgateSignal
import FluxgateVault
import Foundation

/// The patient's machine at an erasure: plans it, seals anew what stays, hands in the tombstone.
struct ErasureDesk {
  private enum Place {
    case folder(DirectoryVault)
    case server(RemoteVault, RemoteErasure)
  }

  private let place: Place
  private let secret: PatientSecret

  init(_ vault: String, secret: PatientSecret, authority: String?) throws(Fault) {
    self.secret = secret
    guard vault.hasPrefix("https://") || vault.hasPrefix("http://") else {
      place = .folder(try Self.faults { () throws(VaultError) in try DirectoryVault(vault) })
      return
    }
    do throws(RemoteError) {
      let remote = try RemoteVault(vault, secret: secret, authority: authority)
      let categories = Set(Category.allCases.map(\.rawValue))
      place = .server(remote, RemoteErasure(remote, secret: secret, categories: categories))
    } catch {
      throw .remote(error)
    }
  }

  /// The key of the log behind a server, as the server itself says; nil for a folder.
  func ownKey() throws(Fault) -> VerifierKey? {
    guard case .server(let remote, _) = place else { return nil }
    return try Self.asked { () async throws(RemoteError) in try await remote.ledgerKey() }
  }

  func plan(_ wish: ErasureWish) throws(Fault) -> ErasurePlan {
    switch place {
    case .folder(let vault):
      try Self.faults { () throws(VaultError) in
        try ErasurePlan(wish, in: vault, of: secret.publicKey.keyFingerprint)
      }
    case .server(_, let erasure):
      try Self.asked { () async throws(RemoteError) in try await erasure.plan(wish) }
    }
  }

  /// - Parameter log: whose proof a server's receipt must hold.
  func erase(_ scope: ErasureScope, log: VerifierKey?) throws(Fault) -> ErasureResult {
    let tombstone = Tombstone(
      of: scope, patient: secret.publicKey, created: Int64(Date().timeIntervalSince1970))
    switch place {
    case .folder(let vault): return try erase(tombstone, in: vault)
    case .server(let remote, let erasure):
      let done = try Self.asked { () async throws(RemoteError) in
        let key = if let log { log } else { try await remote.ledgerKey() }
        return try await erasure.erase(tombstone, log: key)
      }
      return ErasureResult(
        tombstone: tombstone, index: done.receipt.index, resealed: done.resealedCount,
        recordings: done.receipt.recordings)
    }
  }

  private func erase(
    _ tombstone: Tombstone, in vault: DirectoryVault
  ) throws(Fault) -> ErasureResult {
    try Self.faults { () throws(VaultError) in
      let book = try VaultConsents.load(vault, patient: secret.publicKey)
      let resealed = try VaultErasure.reseal(
        for: tombstone, in: vault, secret: secret,
        readers: book.live(at: tombstone.created).map(\.grantee))
      let recordings = try VaultErasure.apply(
        tombstone.signed(by: secret), in: vault, of: secret.publicKey.keyFingerprint)
      return ErasureResult(
        tombstone: tombstone, index: nil, resealed: resealed.count, recordings: recordings)
    }
  }

  private static func asked<Value: Sendable>(
    _ ask: @escaping @Sendable () async throws(RemoteError) -> Value
  ) throws(Fault) -> Value {
    try AsyncWork.wait { () async throws(Fault) in
      do throws(RemoteError) { return try await ask() } catch { throw .remote(error) }
    }
  }

  private static func faults<Value>(
    _ body: () throws(VaultError) -> Value
  ) throws(Fault) -> Value {
    do throws(VaultError) { return try body() } catch { throw .vault(error) }
  }
}

/// What became of one tombstone.
struct ErasureResult {
  let tombstone: Tombstone
  /// Of its entry; nil in a folder, where the server enters it when it starts.
  let index: UInt64?
  /// Capsules that were sealed anew.
  let resealed: Int
  let recordings: [ErasedRecording]
}
