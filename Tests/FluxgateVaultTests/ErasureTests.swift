import FluxgateConsent
import FluxgateRecording
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

@Suite struct ErasureTests {
  let bench: ErasureBench

  init() throws { bench = try ErasureBench() }

  private func keys(_ isErased: (CapsuleKey) -> Bool) throws -> [CapsuleKey] {
    let keys = bench.keys.filter(isErased)
    try #require(!keys.isEmpty && bench.keys.count == 6)
    return keys
  }

  // MARK: A whole recording

  @Test func `after a whole recording no key is anywhere and every proof still verifies`() throws {
    #expect(try bench.traces(of: bench.keys).count == 12, "what is to be found is found")
    try bench.erase(ErasureWish(recording: bench.recording))
    let report = try #require(try bench.eraseFolder())
    #expect(report.isWhole && report.isDone)
    #expect(try bench.traces(of: bench.keys).isEmpty)
    for folder in [bench.folder, try bench.pull("again")] {
      let found = try bench.verify(folder)
      #expect(found.status == .intact && found.findings.isEmpty)
      #expect(found.isErased && found.erasures.count == 1)
      #expect(found.proofs == [1: .selfAttested, 2: .selfAttested, 3: .selfAttested])
      for secret in [bench.patient, bench.reader] {
        #expect(try bench.opened(folder, ErasureBench.cardiac, by: secret).isEmpty)
      }
    }
    #expect(try bench.vault.list("salt/").isEmpty && bench.vault.list("span/").isEmpty)
  }

  @Test func `a changed entry beside a proof is found`() throws {
    try bench.erase(ErasureWish(recording: bench.recording))
    try bench.eraseFolder()
    try Data(count: 32).write(to: URL(fileURLWithPath: bench.folder.entry(2)))
    #expect(
      try bench.verify().finds(.proof(2), .proof(.invalid)))
  }

  @Test func `ciphertext goes only where it was asked for`() throws {
    try bench.erase(ErasureWish(recording: bench.recording))
    #expect(try bench.vault.list("seg/").count == 3)
    try bench.erase(ErasureWish(recording: bench.recording, takesCiphertext: true))
    #expect(try bench.vault.list("seg/").isEmpty)
    try bench.eraseFolder()
    #expect(try bench.verify().status == .intact)
    #expect(try bench.verify(bench.pull("again")).status == .intact)
    #expect(try Pull.list(bench.vault).first?.fault == nil)
  }

  @Test func `a missing segment is damage where the tombstone leaves ciphertext`() throws {
    try bench.erase(ErasureWish(recording: bench.recording))
    try bench.eraseFolder()
    try FileManager.default.removeItem(atPath: bench.folder.segment(2))
    #expect(
      try bench.verify().finds(.segment(2), .missing))
  }

  @Test func `nothing comes back by a push`() throws {
    try bench.erase(ErasureWish(recording: bench.recording))
    let before = try bench.vault.list()
    #expect {
      try Push.run(bench.folder, to: bench.vault, patient: bench.patient.publicKey)
    } throws: {
      if case VaultError.erased(let id) = $0 { id == bench.id } else { false }
    }
    #expect(try bench.vault.list() == before)
  }

  @Test func `what a push was putting meanwhile goes when it ends`() throws {
    let tombstone = bench.tombstone(ErasureScope(recording: bench.recording))
    for name in try bench.vault.list("cap/") { try bench.vault.delete(name) }
    var isErased = false
    try Push.run(bench.folder, to: bench.vault, patient: bench.patient.publicKey) { _ in
      if !isErased {
        isErased = true
        // The eraser has looked before the capsules came.
        _ = try? bench.vault.put(.tombstone(tombstone), tombstone.signed(by: bench.patient))
      }
    }
    #expect(isErased)
    #expect(try bench.vault.list("cap/").isEmpty && bench.vault.list("salt/").isEmpty)
  }

  @Test func `an erasure that was stopped goes on`() throws {
    let file = bench.tombstone(ErasureScope(recording: bench.recording)).signed(by: bench.patient)
    let path = TombstoneFile.path(try Tombstone.open(file), in: bench.folder)
    try FileManager.default.createDirectory(
      atPath: bench.folder.erasures, withIntermediateDirectories: true)
    try Data(file).write(to: URL(fileURLWithPath: path))
    let found = try bench.verify()
    #expect(found.status == .incomplete)
    #expect(found.findings.contains { $0.object == .salt && $0.kind == .notErased })
    _ = try FolderErasure.apply([:], to: bench.folder)
    #expect(try bench.verify().status == .intact)
    #expect(try FolderErasure.apply([:], to: bench.folder)?.removed == [])
  }

  @Test func `left over files go with the keys`() throws {
    let capsule = try bench.read(
      bench.folder.capsule(epoch: 1, recipient: bench.fingerprint.bytes))
    let left = "\(bench.folder.capsules)/00000009-0000000000000000.capsule.part"
    try Data(capsule).write(to: URL(fileURLWithPath: left))
    try FileManager.default.createDirectory(
      atPath: "\(bench.root)/vault/.aside", withIntermediateDirectories: true)
    try Data(capsule).write(to: URL(fileURLWithPath: "\(bench.root)/vault/.aside/ab"))
    try bench.erase(ErasureWish(recording: bench.recording))
    try bench.eraseFolder()
    #expect(try bench.traces(of: bench.keys).isEmpty)
  }

  // MARK: A category

  @Test func `a category goes, the other stays for the patient`() throws {
    let gone = try keys { $0.category == ErasureBench.cardiac }
    let reports = try bench.erase(ErasureWish(categories: [ErasureBench.cardiac]))
    #expect(reports.allSatisfy { $0.isDone && !$0.isWhole && $0.unreplaced.isEmpty })
    #expect(try bench.eraseFolder()?.isDone == true)
    #expect(try bench.traces(of: gone).isEmpty)
    for folder in [bench.folder, try bench.pull("again")] {
      let found = try bench.verify(folder)
      #expect(found.status == .intact && !found.isErased && found.erasures.count == 1)
      #expect(found.proofs.count == 3 && found.proofs.values.allSatisfy { $0 == .selfAttested })
      #expect(try bench.opened(folder, ErasureBench.cardiac, by: bench.patient).isEmpty)
      #expect(try bench.opened(folder, ErasureBench.glucose, by: bench.patient) == [1, 2, 3])
      #expect(try bench.opened(folder, ErasureBench.cardiac, by: bench.reader).isEmpty)
    }
  }

  @Test func `a shared capsule is not touched before what stays is sealed anew`() throws {
    let file = bench.tombstone(ErasureScope(categories: [ErasureBench.cardiac]))
      .signed(by: bench.patient)
    let before = try bench.vault.list()
    #expect {
      try VaultErasure.apply(file, in: bench.vault, of: bench.fingerprint)
    } throws: {
      if case VaultError.needsResealing(let names) = $0 { names.count == 3 } else { false }
    }
    #expect(try bench.vault.list() == before)
  }

  @Test func `a capsule that a stranger signed replaces nothing`() throws {
    let tombstone = bench.tombstone(ErasureScope(categories: [ErasureBench.cardiac]))
    let stranger = try required(PatientSecret(name: "patient 2"))
    for epoch in UInt32(1)...3 {
      let name = try required(
        CapsuleFileName(epoch: epoch, recipient: bench.fingerprint, tombstone: tombstone))
      let keys = bench.keys.filter {
        $0.category == ErasureBench.glucose && $0.epoch == epoch
      }
      try bench.vault.put(
        .capsule(bench.recording, name),
        Capsule.seal(
          keys: keys, recording: bench.recording, to: bench.patient.publicKey,
          signedBy: stranger.signing))
    }
    #expect(throws: VaultError.self) {
      try VaultErasure.apply(
        tombstone.signed(by: bench.patient), in: bench.vault, of: bench.fingerprint)
    }
  }

  @Test func `what a gateway cannot seal anew stays and is told`() throws {
    let gone = try keys { $0.category == ErasureBench.glucose }
    try bench.erase(ErasureWish(categories: [ErasureBench.glucose]))
    let stored = try bench.stored()
    let alone = try #require(try FolderErasure.apply(stored, to: bench.folder))
    #expect(alone.pending.count == 3 && !alone.isDone)
    let found = try bench.verify()
    #expect(found.status == .incomplete)
    #expect(found.findings.allSatisfy { $0.kind == .notErased })
    let withKey = try #require(
      try FolderErasure.apply([:], to: bench.folder, secret: bench.patient))
    #expect(withKey.isDone)
    #expect(try bench.traces(of: gone).isEmpty)
    #expect(try bench.verify().status == .intact)
    #expect(try bench.opened(bench.folder, ErasureBench.cardiac, by: bench.patient).count == 3)
    #expect(try bench.opened(bench.folder, ErasureBench.cardiac, by: bench.reader).count == 3)
  }

  @Test func `a push leaves erased keys out and carries the rest`() throws {
    try bench.erase(ErasureWish(categories: [ErasureBench.cardiac]))
    let report = try Push.run(
      bench.folder, to: bench.vault, patient: bench.patient.publicKey)
    #expect(report.withheld.count == 6 && report.put.isEmpty)
    try bench.eraseFolder()
    #expect(try Push.run(bench.folder, to: bench.vault).withheld.isEmpty)
    #expect(try bench.verify(bench.pull("again")).status == .intact)
  }

  // MARK: A time

  private func hour(_ from: Int64, _ until: Int64) -> TimeWindow {
    let start = ErasureBench.start / 1_000_000_000
    return TimeWindow(from: start + from * 3600, until: start + until * 3600)
  }

  @Test func `a time takes the epochs that it meets and no others`() throws {
    let gone = try keys { $0.epoch == 2 }
    let wish = ErasureWish(window: hour(1, 2), takesCiphertext: true)
    let plan = try ErasurePlan(wish, in: bench.vault, of: bench.fingerprint)
    #expect(
      plan.scopes.map(\.epochs) == [
        [ErasedEpochs(recording: bench.recording, epochs: 2...2)]
      ])
    try bench.erase(wish)
    try bench.eraseFolder()
    #expect(try bench.traces(of: gone).isEmpty)
    for folder in [bench.folder, try bench.pull("again")] {
      #expect(try bench.verify(folder).status == .intact)
      #expect(try bench.opened(folder, ErasureBench.cardiac, by: bench.patient) == [1, 3])
      #expect(try bench.opened(folder, ErasureBench.cardiac, by: bench.reader) == [1, 3])
      #expect(!FileManager.default.fileExists(atPath: folder.segment(2)))
      #expect(FileManager.default.fileExists(atPath: folder.salt))
    }
    #expect(throws: VaultError.self) {
      try ErasurePlan(wish, in: bench.vault, of: bench.fingerprint)
    }
  }

  @Test func `bounds are half open`() throws {
    let end = ErasureBench.start / 1_000_000_000 + 1_800
    func epochs(_ window: TimeWindow) throws -> [ErasedEpochs]? {
      try ErasurePlan(ErasureWish(window: window), in: bench.vault, of: bench.fingerprint)
        .scopes.first?.epochs
    }
    // A span's end is rounded up.
    #expect(try epochs(TimeWindow(until: end))?.map(\.epochs) == [1...1])
    #expect(try epochs(TimeWindow(from: end + 1))?.map(\.epochs) == [2...3])
    #expect(throws: VaultError.self) { try epochs(TimeWindow(until: end - 1_800)) }
  }

  @Test func `an epoch without a span is told and stays`() throws {
    try bench.vault.delete(.span(bench.recording, 2))
    let wish = ErasureWish(window: hour(0, 3))
    let plan = try ErasurePlan(wish, in: bench.vault, of: bench.fingerprint)
    #expect(plan.undated == [ErasedEpochs(recording: bench.recording, epochs: 2...2)])
    #expect(plan.scopes.first?.epochs?.map(\.epochs) == [1...1, 3...3])
  }

  @Test func `parts that are erased one after the other come to all of an epoch`() throws {
    try bench.erase(ErasureWish(categories: [ErasureBench.cardiac]))
    try bench.erase(ErasureWish(categories: [ErasureBench.glucose], takesCiphertext: true))
    try bench.eraseFolder()
    #expect(try bench.traces(of: bench.keys).isEmpty)
    #expect(try bench.vault.list("seg/").isEmpty)
    let found = try bench.verify()
    // The salt stays, for no tombstone takes all at once: proofs are still tied to manifests.
    #expect(found.status == .intact && found.proofs.count == 3)
  }

  // MARK: A person

  @Test func `a person's tombstone leaves alone what begins later`() throws {
    let past = bench.tombstone(ErasureScope(), created: 1_600_000_000)
    let reports = try VaultErasure.apply(
      past.signed(by: bench.patient), in: bench.vault, of: bench.fingerprint)
    #expect(reports.isEmpty)
    #expect(try bench.vault.list("cap/").count == 6)
    #expect(try FolderErasure.apply(bench.stored(), to: bench.folder) == nil)
    try Push.run(bench.folder, to: bench.vault, patient: bench.patient.publicKey)
    try bench.erase(ErasureWish())
    try bench.eraseFolder()
    #expect(try bench.traces(of: bench.keys).isEmpty)
    #expect(try bench.verify().isErased && bench.verify().status == .intact)
  }

  // MARK: Who may

  @Test func `nobody but the patient erases`() throws {
    let stranger = try required(PatientSecret(name: "patient 2"))
    let scope = ErasureScope(recording: bench.recording)
    let foreign = Tombstone(of: scope, patient: stranger.publicKey, created: ErasureBench.later)
    let file = foreign.signed(by: stranger)
    #expect(
      refusal { try VaultErasure.apply(file, in: bench.vault, of: bench.fingerprint) }?.fault
        == .wrongPatient)
    // Put there by somebody who may write to the vault, and beside the recording.
    try bench.vault.put(.tombstone(foreign), file)
    #expect(try VaultErasure.finish(in: bench.vault).isEmpty)
    #expect(try FolderErasure.apply([foreign: file], to: bench.folder) == nil)
    try FileManager.default.createDirectory(
      atPath: bench.folder.erasures, withIntermediateDirectories: true)
    try Data(file).write(
      to: URL(fileURLWithPath: TombstoneFile.path(foreign, in: bench.folder)))
    #expect(try bench.vault.list("cap/").count == 6)
    #expect(
      try bench.verify().finds(.tombstone("\(foreign.text).tombstone"), .document(.signer)))
  }

  @Test func `keys that are gone without the patient's word are not called erased`() throws {
    try FileManager.default.removeItem(atPath: bench.folder.salt)
    try FileManager.default.removeItem(atPath: bench.folder.capsules)
    let found = try bench.verify()
    #expect(found.status == .incomplete)
    #expect(found.finds(.salt, .keysGone))
  }

  @Test func `a recording under way is not erased from under its writer`() throws {
    let writer = try ErasureBench.unfinished(beside: bench)
    let file = bench.tombstone(ErasureScope()).signed(by: bench.patient)
    #expect(throws: VaultError.self) {
      try FolderErasure.apply([try Tombstone.open(file): file], to: writer.folder)
    }
    try writer.finish()
  }
}

extension VerificationReport {
  /// Whether this is all that is found.
  fileprivate func finds(_ object: RecordingObject, _ kind: FindingKind) -> Bool {
    findings.map(\.object) == [object] && findings.map(\.kind) == [kind]
  }
}
