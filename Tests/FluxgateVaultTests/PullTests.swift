import FluxgateLedger
import FluxgateRecording
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

@Suite struct PullTests {
  let bench: VaultBench
  let vault: DirectoryVault

  init() throws {
    bench = try VaultBench()
    try bench.record()
    try bench.prove()
    vault = try bench.vault()
    try Push.run(bench.folder, to: vault)
  }

  private var target: String { bench.root + "/pulled" }

  private func pull() throws {
    try Pull.run(vault, into: target, patient: bench.patient)
  }

  /// Refused, named, and nothing put in place.
  private func expectRefused(_ name: ObjectName, _ fault: ObjectFault) {
    let refused = refusal { try pull() }
    #expect(refused?.name == name.text)
    #expect(refused?.fault == fault)
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test func `a recording comes back from vault and key alone, byte for byte`() throws {
    let original = try bench.contents(bench.folder.path)
    try FileManager.default.removeItem(atPath: bench.folder.path)
    let report = try Pull.run(vault, into: target, patient: bench.patient)
    #expect(report.recording == bench.id)
    #expect(report.segmentCount == 3)
    #expect(report.verification.status == .intact)
    #expect(report.verification.proofs == [1: .selfAttested, 2: .selfAttested, 3: .selfAttested])
    #expect(try bench.contents(target) == original)
    let reader = try RecordingReader(
      opening: RecordingFolder(target), secret: bench.patient)
    #expect(reader.counts(of: 1).stored == 150)
    #expect(!FileManager.default.fileExists(atPath: target + ".part"))
  }

  @Test func `a list shows what is there without a key`() throws {
    let summary = try required(try Pull.list(vault).first)
    #expect(summary.recording == bench.id)
    #expect(summary.segmentCount == 3)
    #expect(summary.isClosed)
    #expect(!summary.isErased)
    #expect(summary.patient == bench.patient.fingerprint)
    #expect(summary.fault == nil)
    let segment = try bench.segment(2)
    try vault.delete(segment)
    #expect(try Pull.list(vault).first?.fault == "\(segment): missing")
  }

  @Test func `a second pull into the same folder verifies and copies nothing`() throws {
    try pull()
    let again = try Pull.run(vault, into: target, patient: bench.patient)
    #expect(again.fetchedCount == 0)
    #expect(again.verification.status == .intact)
    try bench.flip(target + "/salt", at: 0)
    #expect(throws: VaultError.self) { try pull() }
  }

  @Test(arguments: [1, 3, 5, 8, 12])
  func `a pull killed after any object goes on`(_ count: Int) async throws {
    let path = bench.vaultPath
    let secret = bench.patient.text
    let target = target
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [
        path = path as String, secret = secret as String, target = target as String,
        count = count as Int
      ] in
      try Pull.run(
        try DirectoryVault(path), into: target, patient: try PatientSecret(text: secret)
      ) { if $0.done == count { kill(getpid(), SIGKILL) } }
    }
    #expect(!FileManager.default.fileExists(atPath: target))
    // What the kernel had not written when power went, too.
    try bench.flip(target + ".part/recording", at: 3)
    let report = try Pull.run(vault, into: target, patient: bench.patient)
    #expect(report.alreadyThereCount == count - 1)
    #expect(report.verification.status == .intact)
  }

  @Test func `leftovers of another pull do not enter the recording`() throws {
    try FileManager.default.createDirectory(
      atPath: target + ".part/segments", withIntermediateDirectories: true)
    try bench.write(target + ".part/segments/00000099.h5", [1])
    try bench.write(target + ".part/stranger", [1])
    try pull()
    #expect(try bench.contents(target) == bench.contents(bench.folder.path))
  }

  @Test func `several recordings ask for a choice`() throws {
    let other = try VaultBench(patient: bench.patient)
    try other.record(segments: 1)
    try Push.run(other.folder, to: vault)
    let error = #expect(throws: VaultError.self) { try pull() }
    guard case .severalRecordings(let ids)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(ids == [bench.id, other.id].sorted())
    let report = try Pull.run(
      vault, recording: other.id, into: target, patient: bench.patient)
    #expect(report.recording == other.id)
  }

  @Test func `an empty vault holds no recording`() throws {
    let empty = try VaultBench()
    #expect(throws: VaultError.self) {
      try Pull.run(try empty.vault(), into: target, patient: bench.patient)
    }
    #expect(try Pull.list(try empty.vault()).isEmpty)
  }

  @Test func `another patient's key is refused`() throws {
    let stranger = try required(PatientSecret(name: "patient 2"))
    let refused = refusal { try Pull.run(vault, into: target, patient: stranger) }
    #expect(refused?.name == ObjectName.pairing(bench.recording).text)
    #expect(refused?.fault == .wrongPatient)
    #expect(!FileManager.default.fileExists(atPath: target + ".part"))
  }

  @Test func `another gateway's recording under the patient's pairing is refused`() throws {
    let foreign = try VaultBench(patient: bench.patient)
    try foreign.record(segments: 1)
    try Push.run(foreign.folder, to: try foreign.vault())
    let name = ObjectName.pairing(foreign.recording)
    try foreign.write(foreign.place(name), bench.pairing)
    let refused = refusal {
      try Pull.run(try foreign.vault(), into: target, patient: bench.patient)
    }
    #expect(refused?.name == name.text)
    #expect(refused?.fault == .foreignGateway)
  }

  @Test func `a pairing that a stranger made for the patient's key is refused`() throws {
    var pairing = try required(CBOR.decode(bench.pairing).arrayValue)
    pairing[1] = .bytes([UInt8](repeating: 7, count: 64))
    try bench.write(bench.place(.pairing(bench.recording)), CBOR.array(pairing).encoded())
    expectRefused(.pairing(bench.recording), .signature)
  }

  @Test func `a flipped bit in a segment is named`() throws {
    let name = try bench.segment(2)
    try bench.flip(bench.place(name), at: 2000)
    expectRefused(name, .digest)
  }

  @Test func `swapped segments are named`() throws {
    let size = try bench.read(bench.folder.segment(1)).count
    try #require(try bench.read(bench.folder.segment(2)).count == size)
    try bench.swap(try bench.segment(1), try bench.segment(2))
    expectRefused(try bench.segment(1), .digest)
  }

  @Test func `swapped manifests are named`() throws {
    try bench.swap(.manifest(bench.recording, 2), .manifest(bench.recording, 3))
    expectRefused(.manifest(bench.recording, 2), .place)
  }

  @Test func `a manifest of another recording of the same gateway is named`() throws {
    let name = ObjectName.manifest(bench.recording, 1)
    let other = try VaultBench(patient: bench.patient)
    try other.record(segments: 1)
    try bench.write(bench.place(name), try other.read(other.folder.manifest(1)))
    expectRefused(name, .foreignGateway)
  }

  @Test func `swapped capsules are named`() throws {
    let capsules = try vault.list(ObjectName.capsules(bench.recording))
    try bench.swap(capsules[0], capsules[1])
    expectRefused(capsules[0], .place)
  }

  @Test func `a later grant by the patient is carried both ways, and a stranger's is not`() throws {
    let grantee = try required(PatientSecret(name: "grantee"))
    let name = CapsuleFileName(
      epoch: 1, recipient: grantee.publicKey.keyFingerprint, grant: .random())
    let own = CapsuleFileName(epoch: 1, recipient: bench.patient.publicKey.keyFingerprint)
    let keys = try Capsule.open(
      try bench.read("\(bench.folder.capsules)/\(own.text)"), with: bench.patient,
      trusting: bench.gateway.publicKey, recording: bench.recording)
    let object = ObjectName.capsule(bench.recording, name)
    for (signer, isTaken) in [(SigningKey(), false), (bench.patient.signing, true)] {
      let capsule = Capsule.seal(
        keys: keys, recording: bench.recording, to: grantee.publicKey, signedBy: signer)
      try bench.write("\(bench.folder.capsules)/\(name.text)", capsule)
      let refused = refusal {
        try Push.run(bench.folder, to: vault, patient: bench.patient.publicKey)
      }
      #expect(refused?.name == (isTaken ? nil : object.text))
      if !isTaken { try bench.write(bench.place(object), capsule) }
      if !isTaken { expectRefused(object, .foreignGateway) }
      if !isTaken { try vault.delete(object) }
    }
    try pull()
    let reader = try RecordingReader(
      opening: RecordingFolder(target), secret: grantee, patient: bench.patient.publicKey)
    #expect(reader.lockedEpochs(of: 2) == [2, 3])
  }

  @Test func `swapped proofs are named`() throws {
    try bench.swap(.proof(bench.recording, 1), .proof(bench.recording, 2))
    expectRefused(.proof(bench.recording, 1), .proof(.notIncluded))
  }

  @Test func `proofs by a log that the pairing does not name are refused`() throws {
    let other = try VaultBench(patient: bench.patient)
    try other.record(segments: 1)
    try other.prove(by: SigningKey())
    try Push.run(other.folder, to: try other.vault())
    let refused = refusal {
      try Pull.run(try other.vault(), into: target, patient: bench.patient)
    }
    #expect(refused?.name == ObjectName.proof(other.recording, 1).text)
  }

  @Test func `every object but a proof or a span, once gone, is named`() throws {
    let manifests = ObjectName.manifests(bench.recording)
    let last = ObjectName.manifest(bench.recording, 3)
    for name in try vault.list() where !name.text.hasPrefix("proof/") && name != last {
      if name.text.hasPrefix("span/") { continue }
      if name == .head(bench.recording) || name == .salt(bench.recording) { continue }
      let bytes = try vault.get(name)
      try vault.delete(name)
      #expect(missingObject { try pull() } == name.text)
      try vault.put(name, bytes)
      try? FileManager.default.removeItem(atPath: target + ".part")
    }
    #expect(try vault.list(manifests).count == 3)
  }

  @Test func `a changed byte anywhere in any object is refused or not put in place`() throws {
    for name in try vault.list() {
      let bytes = try vault.get(name)
      for offset in [0, bytes.count / 2, bytes.count - 1] {
        try bench.flip(bench.place(name), at: offset)
        #expect(throws: VaultError.self, "\(name) at \(offset)") { try pull() }
        #expect(!FileManager.default.fileExists(atPath: target))
        try bench.write(bench.place(name), bytes)
        // What an earlier pull fetched whole would rightly be used again.
        try? FileManager.default.removeItem(atPath: target + ".part")
      }
    }
    try pull()
  }

  @Test func `an end that was cut off is incomplete, never intact`() throws {
    try vault.delete(.manifest(bench.recording, 3))
    let report = try Pull.run(vault, into: target, patient: bench.patient)
    #expect(report.segmentCount == 2)
    #expect(report.verification.status == .incomplete)
  }

  @Test func `a recording without salt and capsules comes back as that`() throws {
    try vault.delete(.salt(bench.recording))
    for name in try vault.list(ObjectName.capsules(bench.recording)) { try vault.delete(name) }
    #expect(try Pull.list(vault).first?.isErased == true)
    let report = try Pull.run(vault, into: target, patient: bench.patient)
    #expect(report.verification.isErased)
  }
}
