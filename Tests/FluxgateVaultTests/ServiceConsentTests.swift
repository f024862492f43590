import FluxgateConsent
import FluxgateLedger
import FluxgateRecording
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

@Suite struct ServiceConsentTests {
  let bench: ServiceBench

  init() throws { bench = try ServiceBench() }

  @Test func `a consent is stored and entered, and its receipt proves it`() throws {
    let service = try bench.service()
    let bytes = bench.sign(bench.grant())
    let receipt = try service.submit(consent: bytes)
    #expect(try bench.vault().get(.consent(receipt.consent)) == bytes)
    let record = try required(receipt.record)
    #expect(record.record.objects == SHA256.digest(bytes))
    let proof = try TlogProof(receipt.proof)
    let head = try proof.verify(entry: record.entry, log: try bench.verifierKey)
    #expect(head.size == 1)
    #expect(SaltedRecord(record.record, salt: record.salt)?.entry == record.entry)
  }

  @Test func `the same consent again changes nothing`() throws {
    let service = try bench.service()
    let bytes = bench.sign(bench.grant())
    let first = try service.submit(consent: bytes)
    let again = try service.submit(consent: bytes)
    #expect(service.ledger.head.size == 1)
    #expect(again.index == first.index)
    #expect(again.record == nil)
  }

  @Test func `what is not the patient's word is refused and leaves no entry`() throws {
    let service = try bench.service()
    let grant = bench.grant()
    let forged = SignedConsent.sign(.grant(grant), by: bench.stranger.signing).bytes
    #expect(failure { _ = try service.submit(consent: forged) } == "notPermitted")
    #expect(failure { _ = try service.submit(consent: [1, 2, 3]) } == "malformed")
    var flipped = bench.sign(grant)
    flipped[40] ^= 1
    #expect(failure { _ = try service.submit(consent: flipped) } != nil)
    #expect(service.ledger.head.size == 0)
    #expect(try bench.vault().list("consent/").isEmpty)
  }

  @Test func `another record under a known id is refused`() throws {
    let service = try bench.service()
    let grant = bench.grant()
    _ = try service.submit(consent: bench.sign(grant))
    let other = ConsentGrant(
      id: grant.id, patient: grant.patient, signer: grant.signer,
      grantee: bench.stranger.publicKey, categories: [ServiceBench.glucose], purposes: ["TREAT"],
      valid: grant.valid, identity: .identified, termsDigest: grant.termsDigest,
      receipt: grant.receipt, created: grant.created)
    #expect(failure { _ = try service.submit(consent: bench.sign(other)) } == "malformed")
    #expect(service.ledger.head.size == 1)
  }

  @Test func `a consent that was put into the vault is entered before it permits anything`() throws
  {
    let grant = bench.grant()
    let service = try bench.service()
    try bench.vault().put(.consent(grant.id), bench.sign(grant))
    let release = try service.release(
      try bench.request(), by: bench.cardiologist.publicKey)
    #expect(release.index == 1)
    #expect(release.consent == grant.id)
  }

  @Test func `one that is there when the server starts is entered then, in any order`() throws {
    let parent = ConsentGrant(delegating: bench.grant(), depth: 1)
    let child = ConsentGrant(
      patient: parent.patient, parent: parent.id,
      signer: bench.cardiologist.publicKey.keyFingerprint, grantee: bench.stranger.publicKey,
      categories: [ServiceBench.cardiac], purposes: ["TREAT"], valid: parent.valid,
      identity: .pseudonymous, termsDigest: parent.termsDigest, receipt: parent.receipt,
      created: parent.created)
    let signed = SignedConsent.sign(.grant(child), by: bench.cardiologist.signing).bytes
    try bench.vault().put(.consent(child.id), signed)
    try bench.vault().put(.consent(parent.id), bench.sign(parent))
    let service = try bench.service()
    #expect(service.ledger.head.size == 2)
    let own = service.consents(for: bench.stranger.publicKey.keyFingerprint)
    #expect(Set(own) == [signed, bench.sign(parent)])
    #expect(service.consents(for: bench.patient.publicKey.keyFingerprint).count == 2)
  }

  @Test func `objects that are no consents count for nothing and are named`() throws {
    let service = try bench.service()
    let good = bench.grant()
    try bench.vault().put(.consent(good.id), bench.sign(bench.grant()))
    try bench.vault().put(try ObjectName("consent/notes"), [1])
    let foreign = bench.grant()
    try bench.vault().put(
      .consent(foreign.id), SignedConsent.sign(.grant(foreign), by: bench.stranger.signing).bytes)
    #expect(
      denied {
        _ = try service.release(try bench.request(), by: bench.cardiologist.publicKey)
      }?.reason == .noGrant)
    #expect(
      service.unfitConsents
        == [ObjectName.consent(good.id).text, ObjectName.consent(foreign.id).text, "consent/notes"]
        .sorted())
  }

  @Test func `a revocation that is deleted from the vault still counts, and comes back`() throws {
    var service: VaultService? = try bench.service()
    let grant = bench.grant()
    _ = try service?.submit(consent: bench.sign(grant))
    let end = try required(try service?.submit(consent: bench.revocation(of: grant)))
    try bench.vault().delete(.consent(end.consent))
    service = nil
    let restarted = try bench.service()
    #expect(
      denied {
        _ = try restarted.release(try bench.request(), by: bench.cardiologist.publicKey)
      }?.reason == .revoked)
    #expect(try bench.vault().list("consent/").count == 2)
  }

  @Test func `what is deleted or altered in the vault is put back at the next look`() throws {
    let service = try bench.service()
    let grant = bench.grant()
    _ = try service.submit(consent: bench.sign(grant))
    let end = bench.revocation(of: grant)
    let name = ObjectName.consent(try service.submit(consent: end).consent)
    let look = {
      #expect(
        denied { _ = try service.release(try bench.request(), by: bench.cardiologist.publicKey) }?
          .reason == .revoked)
    }
    try bench.vault().delete(name)
    look()
    #expect(try bench.vault().get(name) == end)
    for other in [[], [1, 2, 3], [UInt8](repeating: 7, count: 10_000), bench.sign(bench.grant())] {
      try bench.bench.write(bench.bench.place(name), other)
      look()
      #expect(try bench.vault().get(name) == end)
    }
    let book = try VaultConsents.load(try bench.vault(), patient: bench.patient.publicKey)
    #expect(book.revocation(of: grant.id) != nil)
  }

  /// What a server leaves that is killed in the midst of taking a consent in.
  @Test(arguments: [false, true])
  func `a revocation that was being entered counts after a restart`(isEntered: Bool) async throws {
    var service: VaultService? = try bench.service()
    let grant = bench.grant()
    _ = try service?.submit(consent: bench.sign(grant))
    let end = try SignedConsent(bench.revocation(of: grant))
    try PendingConsent.keep(end, in: bench.home)
    if isEntered {
      _ = try service?.trail.enter(
        TrailRecord(end, at: Int64(Date().timeIntervalSince1970)))
    }
    service = nil
    let restarted = try bench.service()
    #expect(
      denied {
        _ = try restarted.release(try bench.request(), by: bench.cardiologist.publicKey)
      }?.reason == .revoked)
    #expect(try bench.vault().get(.consent(end.record.id)) == end.bytes)
    #expect(try PendingConsent.all(in: bench.home).isEmpty)
    let report = try await bench.trail()
    #expect(report.isSound, "\(report.findings)")
    #expect(
      report.lines.filter { $0.record.kind == .consentRevoked }.count == (isEntered ? 2 : 1))
  }

  @Test func `a consent that the disk had no room for is entered when there is room`() throws {
    let service = try bench.service()
    let receipts = bench.home.receiptFolder
    try FileManager.default.removeItem(atPath: receipts)
    try bench.bench.write(receipts, [0])
    let grant = bench.grant()
    #expect(failure { _ = try service.submit(consent: bench.sign(grant)) } == "vault")
    #expect(
      failure { _ = try service.release(try bench.request(), by: bench.cardiologist.publicKey) }
        == "vault")
    try FileManager.default.removeItem(atPath: receipts)
    try FileManager.default.createDirectory(
      atPath: receipts, withIntermediateDirectories: false)
    let release = try service.release(try bench.request(), by: bench.cardiologist.publicKey)
    #expect(release.consent == grant.id)
  }

  @Test func `nothing is passed on under a grant that is not in force`() throws {
    let service = try bench.service()
    let past = TimeWindow(from: 1, until: 2)
    let never = ConsentGrant(delegating: bench.grant(), depth: 1, valid: past)
    let ended = ConsentGrant(delegating: bench.grant(), depth: 1)
    let denied = ConsentGrant(delegating: bench.grant(), depth: 1)
    for grant in [never, ended, denied] { _ = try service.submit(consent: bench.sign(grant)) }
    let first = passed(on: ended)
    _ = try service.submit(consent: first.bytes)
    _ = try service.submit(consent: bench.revocation(of: ended))
    let size = service.ledger.head.size
    for parent in [never, ended, bench.grant()] {
      #expect(
        failure { _ = try service.submit(consent: passed(on: parent).bytes) }
          == (service.consents(for: parent.patient).contains(bench.sign(parent))
            ? "notPermitted" : "unknown"))
    }
    _ = try service.submit(consent: bench.sign(bench.grant(effect: .deny, identity: .deidentified)))
    #expect(failure { _ = try service.submit(consent: passed(on: denied).bytes) } == "notPermitted")
    #expect(service.ledger.head.size == size + 1)
    #expect(try PendingConsent.all(in: bench.home).isEmpty)
    #expect(try bench.vault().list("consent/").count == 6)
  }

  @Test func `a key is known while it has a grant in force, and lists what it signed`() throws {
    let service = try bench.service()
    let root = ConsentGrant(delegating: bench.grant(), depth: 1)
    let doctor = bench.cardiologist.publicKey.keyFingerprint
    let stranger = bench.stranger.publicKey.keyFingerprint
    #expect(try service.isKnown(bench.patient.publicKey.keyFingerprint))
    #expect(try !service.isKnown(doctor))
    _ = try service.submit(consent: bench.sign(root))
    let child = passed(on: root)
    _ = try service.submit(consent: child.bytes)
    #expect(try service.isKnown(doctor) && service.isKnown(stranger))
    #expect(Set(service.consents(for: doctor)) == [bench.sign(root), child.bytes])
    #expect(Set(service.consents(for: stranger)) == [bench.sign(root), child.bytes])
    _ = try service.submit(consent: bench.revocation(of: root))
    #expect(try !service.isKnown(doctor) && !service.isKnown(stranger))
    #expect(service.consents(for: stranger).count == 3)
  }

  /// To the stranger, by the cardiologist.
  private func passed(on parent: ConsentGrant) -> SignedConsent {
    let child = ConsentGrant(
      patient: parent.patient, parent: parent.id,
      signer: bench.cardiologist.publicKey.keyFingerprint, grantee: bench.stranger.publicKey,
      categories: [ServiceBench.cardiac], purposes: ["TREAT"], valid: bench.grant().valid,
      identity: .pseudonymous, termsDigest: parent.termsDigest, receipt: parent.receipt,
      created: parent.created)
    return SignedConsent.sign(.grant(child), by: bench.cardiologist.signing)
  }

  @Test func `keys that the patient adds later are entered, and then released`() throws {
    let service = try bench.service()
    let grant = bench.grant(to: bench.stranger)
    _ = try service.submit(consent: bench.sign(grant))
    let reader = bench.stranger.publicKey
    #expect(try service.release(try bench.request(), by: reader).objects.isEmpty)
    let (name, capsule) = try lateCapsule(under: grant, signer: bench.patient.signing)
    let patient = bench.patient.publicKey.keyFingerprint
    try service.add(capsule: capsule, recording: bench.recording, name: name, by: patient)
    try service.add(capsule: capsule, recording: bench.recording, name: name, by: patient)
    #expect(service.ledger.head.size == 3)
    let release = try service.release(try bench.request(), by: reader)
    #expect(release.objects.map(\.file).contains("capsules/\(name)"))
    let folder = try bench.fetch(release, from: service, by: bench.stranger)
    let opened = try RecordingReader(
      opening:
        folder, secret: bench.stranger, patient: bench.patient.publicKey)
    var rows = 0
    try opened.forEachChunk(of: 1) { rows += $0.rowCount }
    #expect(rows == 50)
  }

  @Test func `keys from anybody else are refused`() throws {
    let service = try bench.service()
    let grant = bench.grant(to: bench.stranger)
    _ = try service.submit(consent: bench.sign(grant))
    let (name, good) = try lateCapsule(under: grant, signer: bench.patient.signing)
    let (_, foreign) = try lateCapsule(under: grant, signer: bench.stranger.signing)
    let patient = bench.patient.publicKey.keyFingerprint
    let cases: [([UInt8], [UInt8], String, KeyFingerprint, String)] = [
      (good, bench.recording, name, bench.stranger.publicKey.keyFingerprint, "notPermitted"),
      (foreign, bench.recording, name, patient, "notPermitted"),
      (good, RandomBytes.make(16), name, patient, "unknown"),
      (good, bench.recording, "../x.capsule", patient, "malformed"),
      (good, bench.recording, "00000002" + name.dropFirst(8), patient, "malformed"),
      (Array(good.dropLast()), bench.recording, name, patient, "malformed"),
    ]
    for (bytes, recording, name, sender, error) in cases {
      #expect(
        failure {
          try service.add(capsule: bytes, recording: recording, name: name, by: sender)
        } == error)
    }
    #expect(service.ledger.head.size == 1)
  }

  /// The keys of the first epoch's cardiac streams, sealed to the stranger.
  private func lateCapsule(
    under grant: ConsentGrant, signer: SigningKey
  ) throws -> (String, [UInt8]) {
    let own = CapsuleFileName(epoch: 1, recipient: bench.patient.publicKey.keyFingerprint)
    let keys = try Capsule.open(
      try bench.vault().get(.capsule(bench.recording, own)), with: bench.patient,
      trusting: bench.bench.gateway.publicKey, recording: bench.recording)
    let name = CapsuleFileName(
      epoch: 1, recipient: bench.stranger.publicKey.keyFingerprint, grant: grant.id)
    let capsule = Capsule.seal(
      keys: keys.filter { $0.category == ServiceBench.cardiac }, recording: bench.recording,
      to: bench.stranger.publicKey, signedBy: signer)
    return (name.text, capsule)
  }
}

extension ConsentGrant {
  fileprivate init(delegating other: ConsentGrant, depth: UInt8, valid: TimeWindow? = nil) {
    self.init(
      patient: other.patient, signer: other.signer, grantee: other.grantee,
      categories: other.categories, purposes: other.purposes, valid: valid ?? other.valid,
      identity: other.identity,
      delegation: Delegation(depth: depth, categories: other.categories),
      termsDigest: other.termsDigest, receipt: other.receipt, created: other.created)
  }
}
