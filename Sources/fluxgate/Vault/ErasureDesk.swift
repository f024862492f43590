import Fluxgate
import FluxgateConsent
import FluxgateRecording
import FluxgateSeal
import FluxgateSignal
import FluxgateVault
import Foundation

/// The patient's machine at an erasure: plans it, seals anew what stays, hands in the tombstone.
struct ErasureDesk {
  private enum Place {
    case folder(DirectoryVault)
    case server(RemoteVault)
  }

  private let place: Place
  private let secret: PatientSecret
  /// Copies of what a server holds, to plan by: capsules are among them.
  private let copies = NSTemporaryDirectory() + "fluxgate-erase-\(UUID().uuidString)"

  init(_ vault: String, secret: PatientSecret, authority: String?) throws(Fault) {
    self.secret = secret
    guard vault.hasPrefix("https://") || vault.hasPrefix("http://") else {
      place = .folder(try Self.faults { () throws(VaultError) in try DirectoryVault(vault) })
      return
    }
    do throws(RemoteError) {
      place = .server(try RemoteVault(vault, secret: secret, authority: authority))
    } catch {
      throw .remote(error)
    }
  }

  func clean() { try? FileManager.default.removeItem(atPath: copies) }

  func plan(_ wish: ErasureWish) throws(Fault) -> ErasurePlan {
    switch place {
    case .folder(let vault):
      try Self.faults { () throws(VaultError) in
        try ErasurePlan(wish, in: vault, of: secret.publicKey.keyFingerprint)
      }
    case .server(let remote):
      try plan(wish, by: try documents(of: wish.recording, in: remote))
    }
  }

  func erase(_ scope: ErasureScope) throws(Fault) -> ErasureResult {
    let tombstone = Tombstone(
      of: scope, patient: secret.publicKey, created: Int64(Date().timeIntervalSince1970))
    return switch place {
    case .folder(let vault): try erase(tombstone, in: vault)
    case .server(let remote): try erase(tombstone, at: remote)
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

  private func erase(
    _ tombstone: Tombstone, at remote: RemoteVault
  ) throws(Fault) -> ErasureResult {
    let copies = try folders()
    let capsules = try Self.faults { () throws(VaultError) in
      try VaultErasure.resealed(for: tombstone, in: copies, secret: secret)
    }
    let file = tombstone.signed(by: secret)
    let receipt = try AsyncWork.wait { () async throws(Fault) in
      do throws(RemoteError) {
        for capsule in capsules {
          try await remote.add(
            capsule: capsule.bytes, recording: capsule.recording, name: capsule.name)
        }
        return try await remote.erase(tombstone: file)
      } catch {
        throw .remote(error)
      }
    }
    return ErasureResult(
      tombstone: tombstone, index: receipt.index, resealed: capsules.count,
      recordings: receipt.recordings)
  }

  private func plan(
    _ wish: ErasureWish, by copies: [RecordingFolder]
  ) throws(Fault) -> ErasurePlan {
    try Self.faults { () throws(VaultError) in
      try ErasurePlan(wish, in: copies, of: secret.publicKey.keyFingerprint)
    }
  }

  /// Identity, spans and the patient's own capsules, by a release to the patient.
  private func documents(
    of recording: [UInt8]?, in remote: RemoteVault
  ) throws(Fault) -> [RecordingFolder] {
    let request: ReleaseRequest
    do throws(ServiceError) {
      request = try ReleaseRequest(
        recording: recording, categories: Set(Category.allCases.map(\.rawValue)),
        window: TimeWindow(), purpose: "PATRQT", identity: .identified)
    } catch {
      throw .service(error)
    }
    try DurableFile.makeFolder(copies)
    return try AsyncWork.wait { [copies] () async throws(Fault) in
      do throws(RemoteError) {
        return try await remote.documents(of: try await remote.release(request), into: copies)
      } catch {
        throw .remote(error)
      }
    }
  }

  private func folders() throws(Fault) -> [RecordingFolder] {
    RecordingRecovery.folders(in: copies).map { RecordingFolder($0) }
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
