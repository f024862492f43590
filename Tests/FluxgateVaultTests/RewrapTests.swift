import FluxgateConsent
import FluxgateSeal
import Testing

@testable import FluxgateVault

/// Keys of what was recorded before a grant.
@Suite struct RewrapTests {
  private let bench: VaultBench
  private let doctor: PatientSecret
  private let now: Int64 = 1_780_000_000
  private static let recorded: Int64 = 1_700_000_000

  init() throws {
    bench = try VaultBench()
    doctor = try required(PatientSecret(name: "cardiologist"))
    try bench.record()
    try Push.run(bench.folder, to: try bench.vault())
  }

  private func grant(
    categories: Set<UInt16> = [2], data: TimeWindow = TimeWindow(),
    actions: Set<ConsentAction> = [.read]
  ) -> SignedConsent {
    let patient = bench.patient.publicKey.keyFingerprint
    let grant = ConsentGrant(
      patient: patient, signer: patient, grantee: doctor.publicKey, categories: categories,
      actions: actions, purposes: ["TREAT"], valid: TimeWindow(from: now, until: now + 100),
      data: data, identity: .identified, termsDigest: [UInt8](repeating: 0, count: 32),
      receipt: [UInt8](repeating: 0, count: 16), created: now)
    return SignedConsent.sign(.grant(grant), by: bench.patient.signing)
  }

  private func rewrap(_ grant: SignedConsent, at instant: Int64? = nil) throws -> Rewrap.Report {
    let book = ConsentBook(
      patient: bench.patient.publicKey, records: [(bytes: grant.bytes, receivedAt: nil)])
    return try Rewrap.run(
      grant.record.id, in: book, at: instant ?? now, secret: bench.patient,
      vault: try bench.vault())
  }

  private func capsules() throws -> [CapsuleFileName] {
    try bench.vault().list(ObjectName.capsules(bench.recording))
      .compactMap { CapsuleFileName($0.last) }
      .filter { $0.isFor(doctor.publicKey.keyFingerprint) }
  }

  @Test func `the grantee opens what was recorded before the grant`() throws {
    let grant = grant()
    let report = try rewrap(grant)
    #expect(report.capsuleCount == 3 && report.keyCount == 3 && report.recordingCount == 1)
    let names = try capsules()
    #expect(names.map(\.epoch) == [1, 2, 3])
    for name in names {
      let bytes = try bench.vault().get(.capsule(bench.recording, name))
      let keys = try Capsule.open(
        bytes, with: doctor, trusting: bench.patient.signing.publicKey,
        recording: bench.recording)
      #expect(keys.map(\.category) == [2] && keys.map(\.epoch) == [name.epoch])
      #expect(name.grant == String(grant.record.id.text.prefix(8)))
    }
  }

  @Test func `a second run puts nothing`() throws {
    let grant = grant()
    _ = try rewrap(grant)
    let again = try rewrap(grant)
    #expect(again.capsuleCount == 0 && again.alreadyThereCount == 3)
    #expect(try capsules().count == 3)
  }

  @Test func `nothing outside categories, window, action and time is sealed`() throws {
    let after = TimeWindow(from: Self.recorded + 1)
    let before = TimeWindow(until: Self.recorded)
    for refused in [grant(categories: [1, 3]), grant(data: after), grant(data: before)] {
      #expect(try rewrap(refused).outsideCount == 3)
    }
    #expect(try rewrap(grant(actions: [.compute])) == Rewrap.Report())
    #expect(try rewrap(grant(), at: now - 1) == Rewrap.Report())
    #expect(try rewrap(grant(), at: now + 100) == Rewrap.Report())
    #expect(try capsules().isEmpty)
    let exact = TimeWindow(from: Self.recorded, until: Self.recorded + 1)
    #expect(try rewrap(grant(data: exact)).capsuleCount == 3)
  }

  @Test func `an epoch without a span or without the patient's capsule is passed over`() throws {
    let vault = try bench.vault()
    try vault.delete(.span(bench.recording, 2))
    let own = CapsuleFileName(epoch: 3, recipient: bench.patient.publicKey.keyFingerprint)
    try vault.delete(.capsule(bench.recording, own))
    let report = try rewrap(grant())
    #expect(report.capsuleCount == 1 && report.outsideCount == 1)
    #expect(try capsules().map(\.epoch) == [1])
  }

  @Test func `another gateway's recording is refused by name`() throws {
    let other = try VaultBench()
    try other.record()
    let vault = try bench.vault()
    let name = ObjectName.pairing(bench.recording)
    try bench.write(bench.place(name), other.pairing)
    let found = refusal { _ = try rewrap(grant()) }
    #expect(found?.name == name.text)
    #expect(try vault.list(ObjectName.capsules(bench.recording)).count == 3)
  }
}
