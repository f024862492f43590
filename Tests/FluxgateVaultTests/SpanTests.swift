import FluxgateConsent
import FluxgateRecording
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

/// What the vault is told of an epoch beside its data: when it was, and who may open it later.
@Suite struct SpanTests {
  let bench: VaultBench

  init() throws {
    bench = try VaultBench()
    try bench.record(segments: 2)
    try bench.prove()
  }

  private func span(_ epoch: UInt32) throws -> EpochSpan {
    try EpochSpan.read(
      try bench.vault().get(.span(bench.recording, epoch)), gateway: bench.gateway.publicKey)
  }

  @Test func `the span of an epoch is carried once it has ended`() throws {
    let bench = try VaultBench()
    let writer = try bench.begin()
    try bench.append(to: writer, 0)
    let vault = try bench.vault()
    try Push.run(bench.folder, to: vault)
    #expect(try vault.list("span/").isEmpty)
    try writer.rollEpoch(at: VaultBench.start + 1)
    try Push.run(bench.folder, to: vault)
    #expect(try vault.list("span/") == [.span(bench.recording, 1)])
    try writer.finish()
    try bench.closeSegments()
    try Push.run(bench.folder, to: vault)
    #expect(try vault.list("span/").count == 2)
  }

  @Test func `spans come back with the recording`() throws {
    let vault = try bench.vault()
    try Push.run(bench.folder, to: vault)
    #expect(try span(2).isEnded)
    let target = RecordingFolder(bench.root + "/pulled")
    let report = try Pull.run(vault, into: target.path, patient: bench.patient)
    #expect(report.verification.status == .intact)
    #expect(try bench.read(target.span(2)) == bench.read(bench.folder.span(2)))
  }

  @Test func `a span under another epoch's name is refused both ways`() throws {
    let vault = try bench.vault()
    try Push.run(bench.folder, to: vault)
    try bench.swap(.span(bench.recording, 1), .span(bench.recording, 2))
    let pulled = refusal {
      try Pull.run(vault, into: bench.root + "/pulled", patient: bench.patient)
    }
    #expect(pulled?.name == ObjectName.span(bench.recording, 1).text)
    #expect(pulled?.fault == .place)
    try bench.write(bench.folder.span(1), try bench.read(bench.folder.span(2)))
    let pushed = refusal { try Push.run(bench.folder, to: vault) }
    #expect(pushed?.name == ObjectName.span(bench.recording, 1).text)
  }

  @Test func `a span that the gateway did not sign is refused`() throws {
    let vault = try bench.vault()
    try Push.run(bench.folder, to: vault)
    try bench.flip(bench.place(.span(bench.recording, 2)), at: 60)
    let pulled = refusal {
      try Pull.run(vault, into: bench.root + "/pulled", patient: bench.patient)
    }
    #expect(pulled?.name == ObjectName.span(bench.recording, 2).text)
  }

  @Test func `a proof in the vault gives way to the same one with a cosignature`() throws {
    let vault = try bench.vault()
    try Push.run(bench.folder, to: vault)
    let name = ObjectName.proof(bench.recording, 1)
    let plain = try vault.get(name)
    let line = Data([0, 1, 2, 3] + [UInt8](repeating: 5, count: 72)).base64EncodedString()
    let cosigned = plain + Array("— witness.example/w \(line)\n".utf8)
    try bench.write(bench.folder.proof(1), cosigned)
    let report = try Push.run(bench.folder, to: vault)
    #expect(report.put == [name.text])
    #expect(try vault.get(name) == cosigned)
    // And never back.
    try bench.write(bench.folder.proof(1), plain)
    #expect(try Push.run(bench.folder, to: vault).put.isEmpty)
    #expect(try vault.get(name) == cosigned)
  }

  @Test func `a proof of another entry takes no proof's place`() throws {
    let vault = try bench.vault()
    try Push.run(bench.folder, to: vault)
    let line = Data([0, 1, 2, 3] + [UInt8](repeating: 5, count: 72)).base64EncodedString()
    let other = try bench.read(bench.folder.proof(2)) + Array("— w.example/w \(line)\n".utf8)
    try bench.write(bench.folder.proof(1), other)
    let error = #expect(throws: VaultError.self) { try Push.run(bench.folder, to: vault) }
    guard case .conflict(let name)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(name == ObjectName.proof(bench.recording, 1).text)
  }

  @Test func `a capsule under a grant is the patient's or the gateway's`() throws {
    let reader = try required(PatientSecret(name: "clinic"))
    let patient = bench.patient.publicKey
    let name = CapsuleFileName(
      epoch: 1, recipient: reader.publicKey.keyFingerprint, grant: ConsentID.random())
    #expect(CapsuleFileName(name.text) == name)
    #expect(CapsuleFileName(name.text + "x") == nil)
    #expect(CapsuleFileName(name.text.replacing(".capsule", with: "-00.capsule")) == nil)
    let own = bench.folder.capsule(epoch: 1, recipient: patient.keyFingerprint.bytes)
    let keys = try Capsule.open(
      try bench.read(own), with: bench.patient, trusting: bench.gateway.publicKey,
      recording: bench.recording)
    for (signer, isRight) in [
      (bench.patient.signing, true), (bench.gateway.identity, true), (reader.signing, false),
    ] {
      try bench.write(
        "\(bench.folder.capsules)/\(name.text)",
        Capsule.seal(
          keys: keys, recording: bench.recording, to: reader.publicKey, signedBy: signer))
      let vault = try DirectoryVault(bench.vaultPath)
      try vault.delete(.capsule(bench.recording, name))
      let refused = refusal { try Push.run(bench.folder, to: vault, patient: patient) }
      #expect((refused == nil) == isRight)
      if !isRight { #expect(refused?.fault == .foreignGateway) }
    }
  }
}
