import FluxgateConsent
import FluxgateLedger
import FluxgateRecording
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault
@testable import FluxgateWeb

/// The patient's machine erases through a real server on loopback.
@Suite struct RemoteErasureTests {
  private static let categories: Set<UInt16> = [1, 2, 3, 4, 5]

  private func opened(
    _ category: UInt16, _ bench: VaultWebBench, epochs: UInt32 = 2
  ) throws -> Set<UInt32> {
    let path = "\(bench.root)/pulled-\(UUID().uuidString)"
    try Pull.run(try DirectoryVault(bench.root + "/vault"), into: path, patient: bench.patient)
    let reader = try RecordingReader(
      opening: RecordingFolder(path), secret: bench.patient, patient: bench.patient.publicKey)
    return Set(1...epochs).subtracting(reader.lockedEpochs(of: category))
  }

  private func erase(
    _ scopes: [ErasureScope], _ remote: RemoteVault, _ bench: VaultWebBench,
    log: VerifierKey? = nil
  ) async throws -> [RemoteErasure.Outcome] {
    let erasure = RemoteErasure(remote, secret: bench.patient, categories: Self.categories)
    let key = if let log { log } else { try await remote.ledgerKey() }
    var done: [RemoteErasure.Outcome] = []
    for scope in scopes {
      let tombstone = Tombstone(
        of: scope, patient: bench.patient.publicKey,
        created: Int64(Date().timeIntervalSince1970))
      done.append(try await erasure.erase(tombstone, log: key))
    }
    return done
  }

  /// Glucose reaches back into the first epoch's time in the second one: two tombstones.
  @Test func `a time that takes other epochs of each category`() async throws {
    let bench = try VaultWebBench(glucoseReachesBack: true)
    try await serving(try bench.server().run) { port in
      let remote = try bench.remote(port, bench.patient)
      let erasure = RemoteErasure(remote, secret: bench.patient, categories: Self.categories)
      let plan = try await erasure.plan(
        ErasureWish(window: TimeWindow(until: VaultWebBench.start + 10)))
      #expect(plan.scopes.map(\.categories) == [[1], [3]])
      #expect(
        plan.scopes.map { $0.epochs?.flatMap { Array($0.epochs) } } == [[1], [1, 2]])
      let done = try await erase(plan.scopes, remote, bench)
      #expect(done.map(\.resealedCount) == [1, 1])
      #expect(done.allSatisfy { $0.receipt.recordings.allSatisfy { $0.isDone } })
    }
    #expect(try opened(VaultWebBench.cardiac, bench) == [2])
    #expect(try opened(VaultWebBench.glucose, bench) == [])
  }

  @Test func `the receipt is checked`() async throws {
    let bench = try VaultWebBench()
    try await serving(try bench.server().run) { port in
      let remote = try bench.remote(port, bench.patient)
      let key = try await remote.ledgerKey()
      let tombstone = Tombstone(
        of: ErasureScope(categories: [VaultWebBench.glucose]), patient: bench.patient.publicKey,
        created: Int64(Date().timeIntervalSince1970))
      let erasure = RemoteErasure(remote, secret: bench.patient, categories: Self.categories)
      let stranger = try required(VerifierKey(name: key.name, key: SigningKey().publicKey))
      await #expect {
        _ = try await erasure.erase(tombstone, log: stranger)
      } throws: {
        if case RemoteError.unproven(let part) = $0 { part.hasPrefix("proof") } else { false }
      }
      // Handed in again: the server has no salt any more, the trail has.
      let again = try await erasure.erase(tombstone, log: key)
      #expect(again.receipt.record == nil && again.resealedCount == 0)
    }
  }

  @Test func `a receipt for something else is refused`() async throws {
    let bench = try VaultWebBench()
    let service = try bench.service()
    let file = Tombstone(
      of: ErasureScope(), patient: bench.patient.publicKey,
      created: Int64(Date().timeIntervalSince1970) + 5
    ).signed(by: bench.patient)
    let receipt = try service.erase(tombstone: file)
    #expect(try ErasureReceipt(encoded: receipt.encoded) == receipt)
    let salted = try required(receipt.record)
    let mine = bench.patient.publicKey.keyFingerprint
    let check = ReceiptCheck(log: service.ledger.verifierKey)
    func refused(
      _ salted: SaltedRecord, at index: UInt64 = receipt.index, proof: [UInt8] = receipt.proof,
      kind: TrailRecord.Kind = .erased, about file: [UInt8] = file,
      by signer: KeyFingerprint = mine
    ) -> Bool {
      do {
        try check.check(salted, at: index, proof: proof, of: kind, about: file, by: signer)
        return false
      } catch {
        if case .unproven = error { return true }
        return false
      }
    }
    #expect(!refused(salted))
    #expect(refused(salted, at: receipt.index + 1))
    #expect(refused(salted, proof: []))
    #expect(refused(salted, kind: .consentGranted))
    #expect(refused(salted, about: [1, 2, 3]))
    #expect(refused(salted, by: bench.stranger.publicKey.keyFingerprint))
    // The same record with another salt is another entry.
    #expect(refused(SaltedRecord(salted.record)))
  }

  @Test func `a capsule that a stranger planted keeps a category's erasure from nothing`()
    async throws
  {
    let bench = try VaultWebBench()
    let vault = try DirectoryVault(bench.root + "/vault")
    let recording = try required(try VaultErasure.recordings(in: vault).first)
    let digits = hexadecimal(bench.patient.publicKey.keyFingerprint.bytes.prefix(8))
    let planted = ObjectName.capsule(
      recording, try required(CapsuleFileName("00000001-\(digits)-0badcafe.capsule")))
    try vault.put(
      planted,
      Capsule.seal(
        keys: [1, 3].map { CapsuleKey(category: $0, epoch: 1, key: DataKey()) },
        recording: recording, to: bench.patient.publicKey, signedBy: SigningKey()))
    try await serving(try bench.server().run) { port in
      let remote = try bench.remote(port, bench.patient)
      let erasure = RemoteErasure(remote, secret: bench.patient, categories: Self.categories)
      let plan = try await erasure.plan(ErasureWish(categories: [VaultWebBench.cardiac]))
      #expect(plan.damaged.isEmpty && plan.isComplete)
      let done = try await erase(plan.scopes, remote, bench)
      #expect(done.map(\.resealedCount) == [2])
      #expect(done.first?.receipt.recordings.first?.removed.contains(planted.text) == true)
    }
    #expect(try opened(VaultWebBench.cardiac, bench) == [])
    #expect(try opened(VaultWebBench.glucose, bench) == [1, 2])
  }
}
