import FluxgateConsent
import FluxgateRecording
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

/// A tombstone's time binds where the vault did not know of an epoch when it was made.
@Suite struct ErasureTimeTests {
  let bench: ErasureBench

  init() throws { bench = try ErasureBench() }

  private var start: Int64 { ErasureBench.start / 1_000_000_000 }
  private func hours(_ from: Int64, _ until: Int64?) -> TimeWindow {
    TimeWindow(from: start + from * 3600, until: until.map { start + $0 * 3600 })
  }

  /// What the vault would hold if epochs from this one on had not been pushed.
  private func vaultEnds(before epoch: UInt32) throws {
    for number in epoch...3 {
      for name in try bench.vault.list(ObjectName.capsules(bench.recording))
      where CapsuleFileName(name.last)?.epoch == number {
        try bench.vault.delete(name)
      }
      try bench.vault.delete(.span(bench.recording, number))
      try bench.vault.delete(.manifest(bench.recording, number))
      try bench.vault.delete(.proof(bench.recording, number))
    }
  }

  private func erase(
    _ window: TimeWindow, categories: Set<UInt16>? = nil, created: Int64
  ) throws {
    let wish = ErasureWish(categories: categories, window: window)
    for scope in try ErasurePlan(wish, in: bench.vault, of: bench.fingerprint).scopes {
      let tombstone = bench.tombstone(scope, created: created)
      try VaultErasure.reseal(for: tombstone, in: bench.vault, secret: bench.patient)
      try VaultErasure.apply(
        tombstone.signed(by: bench.patient), in: bench.vault, of: bench.fingerprint)
    }
  }

  @Test func `what lay in the gateway alone does not come with the next push`() throws {
    try vaultEnds(before: 3)
    let wish = ErasureWish(window: hours(1, nil))
    let plan = try ErasurePlan(wish, in: bench.vault, of: bench.fingerprint)
    #expect(plan.unclosed == [bench.id])
    try erase(hours(1, nil), created: start + 3 * 3600)
    let report = try Push.run(bench.folder, to: bench.vault, patient: bench.patient.publicKey)
    #expect(report.withheld.count == 4, "epochs 2 and 3, for the patient and the reader")
    // The span of the epoch that no tombstone lists stays, and says why there is no key.
    #expect(try bench.vault.list("span/").map(\.last) == ["00000001", "00000003"])
    let pulled = try bench.pull("again")
    #expect(try bench.verify(pulled).status == .intact)
    #expect(try bench.opened(pulled, ErasureBench.cardiac, by: bench.patient) == [1])
    #expect(
      try ErasurePlan(ErasureWish(window: hours(0, nil)), in: bench.vault, of: bench.fingerprint)
        .unclosed == [])

    try bench.eraseFolder()
    let gone = bench.keys.filter { $0.epoch > 1 }
    try #require(gone.count == 4)
    #expect(try bench.traces(of: gone).isEmpty)
    let found = try bench.verify()
    #expect(found.status == .intact && found.findings.isEmpty, "\(found.findings)")
    #expect(try bench.opened(bench.folder, ErasureBench.cardiac, by: bench.patient) == [1])
    #expect(try Push.run(bench.folder, to: bench.vault).withheld.isEmpty)
    #expect(try bench.eraseFolder()?.removed == [])
  }

  @Test func `a capsule that came before its span goes when the span comes`() throws {
    try bench.vault.delete(.span(bench.recording, 3))
    let wish = ErasureWish(window: hours(1, nil))
    let plan = try ErasurePlan(wish, in: bench.vault, of: bench.fingerprint)
    #expect(plan.undated.map(\.epochs) == [3...3] && !plan.isComplete)
    try erase(hours(1, nil), created: start + 3 * 3600)
    #expect(try bench.vault.list("cap/").count == 4)
    try Push.run(bench.folder, to: bench.vault, patient: bench.patient.publicKey)
    #expect(try bench.vault.list("cap/").count == 2)
    #expect(try bench.verify(bench.pull("again")).status == .intact)
  }

  @Test func `what began when the tombstone was there already is let in`() throws {
    try vaultEnds(before: 3)
    try erase(hours(1, nil), created: start + 2 * 3600)
    let report = try Push.run(bench.folder, to: bench.vault, patient: bench.patient.publicKey)
    #expect(report.withheld.count == 2, "epoch 2 only")
    try bench.eraseFolder()
    #expect(try bench.verify().status == .intact)
    #expect(try bench.opened(bench.folder, ErasureBench.cardiac, by: bench.patient) == [1, 3])
  }

  @Test func `what lies outside of the time is let in`() throws {
    try vaultEnds(before: 3)
    try erase(hours(1, 2), created: start + 4 * 3600)
    try Push.run(bench.folder, to: bench.vault, patient: bench.patient.publicKey)
    try bench.eraseFolder()
    for folder in [bench.folder, try bench.pull("again")] {
      #expect(try bench.opened(folder, ErasureBench.glucose, by: bench.patient) == [1, 3])
    }
  }

  @Test func `one category of what the vault did not know`() throws {
    try vaultEnds(before: 3)
    try erase(hours(1, nil), categories: [ErasureBench.glucose], created: start + 3 * 3600)
    let pushed = try Push.run(bench.folder, to: bench.vault, patient: bench.patient.publicKey)
    #expect(pushed.withheld.count == 2, "the patient's of epochs 2 and 3; the reader has cardiac")
    let here = try #require(
      try FolderErasure.apply(bench.stored(), to: bench.folder, secret: bench.patient))
    #expect(here.isDone)
    let gone = bench.keys.filter { $0.category == ErasureBench.glucose && $0.epoch > 1 }
    #expect(try bench.traces(of: gone).isEmpty)
    #expect(try bench.verify().status == .intact)
    #expect(try bench.opened(bench.folder, ErasureBench.glucose, by: bench.patient) == [1])
    #expect(try bench.opened(bench.folder, ErasureBench.cardiac, by: bench.patient) == [1, 2, 3])
  }

  @Test func `a capsule of an epoch that only its time covers is not erased`() throws {
    try vaultEnds(before: 3)
    try erase(hours(1, nil), created: start + 3 * 3600)
    let kept = try bench.read(
      bench.folder.capsule(epoch: 3, recipient: bench.fingerprint.bytes))
    try bench.eraseFolder()
    try Data(kept).write(
      to: URL(
        fileURLWithPath: bench.folder.capsule(epoch: 3, recipient: bench.fingerprint.bytes)))
    let found = try bench.verify()
    #expect(found.status == .incomplete && found.findings.map(\.kind) == [.notErased])
    // Nor do keys go without a word where the span is gone too.
    try FileManager.default.removeItem(
      atPath: bench.folder.capsule(epoch: 3, recipient: bench.fingerprint.bytes))
    try FileManager.default.removeItem(atPath: bench.folder.span(3))
    #expect(try bench.verify().findings.map(\.kind) == [.missing])
  }
}
