import FluxgateConsent
import FluxgateRecording
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

@Suite struct ServiceErasureTests {
  let bench: ServiceBench

  init() throws { bench = try ServiceBench() }

  private func tombstone(_ scope: ErasureScope, by patient: PatientSecret? = nil) -> [UInt8] {
    let patient = patient ?? bench.patient
    return Tombstone(
      of: scope, patient: patient.publicKey, created: Int64(Date().timeIntervalSince1970) + 5
    ).signed(by: patient)
  }

  @Test func `an erasure is entered, done, and told by the trail`() async throws {
    let service = try bench.service()
    let file = tombstone(ErasureScope(recording: bench.recording))
    let receipt = try service.erase(tombstone: file)
    #expect(receipt.recordings.map(\.isWhole) == [true])
    #expect(try ErasureReceipt(encoded: receipt.encoded) == receipt)
    for place in ["cap/", "salt/", "span/"] { #expect(try bench.vault().list(place).isEmpty) }
    #expect(try service.erase(tombstone: file).index == receipt.index)
    let report = try await bench.trail()
    #expect(report.lines.map(\.record.kind) == [.erased])
    let line = try #require(report.lines.first)
    #expect(line.index == receipt.index && line.record.recording == bench.recording)
    #expect(line.record.objects == SHA256.digest(file))
    #expect(report.findings.isEmpty, "\(report.findings)")
  }

  @Test func `a tombstone of somebody else does nothing`() throws {
    let service = try bench.service()
    let before = try bench.vault().list()
    let file = tombstone(ErasureScope(recording: bench.recording), by: bench.stranger)
    #expect(failure { _ = try service.erase(tombstone: file) } == "notPermitted")
    var changed = tombstone(ErasureScope(recording: bench.recording))
    changed[changed.count - 1] ^= 1
    #expect(failure { _ = try service.erase(tombstone: changed) } == "notPermitted")
    #expect(failure { _ = try service.erase(tombstone: [1, 2, 3]) } == "malformed")
    #expect(try bench.vault().list() == before)
    #expect(service.ledger.head.size == 0)
  }

  @Test func `keys that stay are waited for before anything is entered`() throws {
    let service = try bench.service()
    let scope = ErasureScope(categories: [ServiceBench.cardiac])
    let file = tombstone(scope)
    #expect(failure { _ = try service.erase(tombstone: file) } == "vault")
    #expect(service.ledger.head.size == 0)
    try VaultErasure.reseal(
      for: try Tombstone.open(file), in: bench.vault(), secret: bench.patient)
    #expect(try service.erase(tombstone: file).recordings.allSatisfy(\.isDone))
  }

  @Test func `erased keys are not taken in again`() throws {
    let service = try bench.service()
    let folder = bench.bench.folder
    let old = folder.capsule(epoch: 1, recipient: bench.patient.publicKey.keyFingerprint.bytes)
    let keys = try Capsule.open(
      try bench.bench.read(old), with: bench.patient, trusting: bench.bench.gateway.publicKey,
      recording: bench.recording)
    _ = try service.erase(tombstone: tombstone(ErasureScope(recording: bench.recording)))
    let capsule = Capsule.seal(
      keys: keys, recording: bench.recording, to: bench.patient.publicKey,
      signedBy: bench.patient.signing)
    let digits = hexadecimal(bench.patient.publicKey.keyFingerprint.bytes.prefix(8))
    #expect(
      failure {
        try service.add(
          capsule: capsule, recording: bench.recording, name: "00000001-\(digits)-01234567.capsule",
          by: bench.patient.publicKey.keyFingerprint)
      } == "vault")
    #expect(try bench.vault().list("cap/").isEmpty)
  }

  @Test func `what came into the vault without the server is entered and finished at its start`()
    async throws
  {
    let file = tombstone(ErasureScope(recording: bench.recording))
    let name = ObjectName.tombstone(try Tombstone.open(file))
    // Stored, and the machine that was to erase stopped.
    try bench.vault().put(name, file)
    _ = try bench.service()
    #expect(try bench.vault().list("cap/").isEmpty)
    // Taken out, with the keys put back from an old copy: once the server starts, they go again.
    try bench.vault().delete(name)
    try Push.run(
      try copyWithoutErasures(), to: bench.vault(), patient: bench.patient.publicKey)
    #expect(try !bench.vault().list("cap/").isEmpty)
    _ = try bench.service()
    #expect(try bench.vault().list("cap/").isEmpty && bench.vault().list("tomb/") == [name])
    #expect(try await bench.trail().lines.map(\.record.kind) == [.erased])
  }

  private func copyWithoutErasures() throws -> RecordingFolder {
    let copy = bench.bench.root + "/copy"
    try FileManager.default.copyItem(atPath: bench.bench.folder.path, toPath: copy)
    return RecordingFolder(copy)
  }
}
