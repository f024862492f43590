import FluxgateConsent
import FluxgateRecording
import FluxgateSeal
import FluxgateSignal
import FluxgateVault
import Foundation
import Testing

@testable import Fluxgate

/// Who gets keys of what is recorded: decided anew for each epoch, by the patient's records alone.
@Suite struct GrantScheduleTests {
  private static let now: Int64 = 1_800_000_000
  private let patient: PatientSecret
  private let clinic: PatientSecret

  init() throws {
    patient = try required(PatientSecret(name: "study-001"))
    clinic = try required(PatientSecret(name: "cardiologist"))
  }

  private func schedule(
    _ grants: [ConsentGrant], at now: Int64 = now
  ) throws(ConsentError) -> GrantSchedule {
    var book = ConsentBook(patient: patient.publicKey)
    for grant in grants {
      try book.add(SignedConsent.sign(.grant(grant), by: patient.signing).bytes)
    }
    return GrantSchedule(book, at: now)
  }

  private func grant(
    _ categories: Set<UInt16> = [1], actions: Set<ConsentAction> = [.read],
    valid: TimeWindow = TimeWindow(from: now - 100, until: now + 100),
    data: TimeWindow = TimeWindow(), identity: IdentityLevel = .identified,
    to reader: PatientSecret? = nil, effect: ConsentGrant.Effect = .permit
  ) -> ConsentGrant {
    .plain(
      by: patient, to: (reader ?? clinic).publicKey, categories, actions: actions, valid: valid,
      data: data, identity: identity, effect: effect)
  }

  private func readers(
    _ schedule: GrantSchedule, _ categories: Set<UInt16> = [1, 2, 3], at newest: Int64 = now
  ) -> [Set<UInt16>] {
    schedule.recipients(of: categories, at: newest * 1_000_000_000).dropFirst()
      .map { $0.categories ?? [] }
  }

  @Test func `the patient is always first and alone without grants`() throws {
    let recipients = try schedule([]).recipients(of: [1], at: 0)
    #expect(recipients == [Recipient(patient.publicKey)])
    #expect(try readers(schedule([grant(to: patient)])) == [])
  }

  @Test func `two grants for one reader make one recipient`() throws {
    #expect(try readers(schedule([grant([1]), grant([3])])) == [[1, 3]])
    #expect(try readers(schedule([grant([1]), grant([3])]), [3]) == [[3]])
    #expect(try readers(schedule([grant([4])])) == [])
  }

  @Test func `only who may read what a key opens gets one`() throws {
    #expect(try readers(schedule([grant(actions: [.compute, .reshare])])) == [])
    #expect(try readers(schedule([grant(actions: [.live])])) == [[1]])
    #expect(try readers(schedule([grant(identity: .deidentified)])) == [])
    #expect(try readers(schedule([grant(identity: .pseudonymous)])) == [[1]])
  }

  @Test func `a grant's end holds from its first instant, whenever the desk looks again`() throws {
    let made = try schedule([grant(valid: TimeWindow(until: Self.now + 7)), grant([2])])
    #expect(readers(made, at: Self.now + 6) == [[1, 2]])
    #expect(readers(made, at: Self.now + 7) == [[2]])
    #expect(try readers(schedule([grant(valid: TimeWindow(until: Self.now))])) == [])
  }

  @Test func `the data window ends keys as the validity does`() throws {
    let made = try schedule([grant(data: TimeWindow(until: Self.now + 7))])
    #expect(readers(made, at: Self.now + 6) == [[1]] && readers(made, at: Self.now + 7) == [])
  }

  @Test func `a grant for data from an instant on waits until older rows are sealed`() throws {
    let young = try schedule([grant(data: TimeWindow(from: Self.now - 4))])
    #expect(readers(young) == [])
    #expect(try readers(schedule([grant(data: TimeWindow(from: Self.now - 5))])) == [[1]])
    #expect(try readers(schedule([grant(data: TimeWindow(from: Self.now + 9))])) == [])
  }

  @Test func `a denial takes its categories away`() throws {
    #expect(
      try readers(schedule([grant([1, 3]), grant([3], identity: .deidentified, effect: .deny)]))
        == [[1]])
  }
}

/// The desk on a real vault and a real floor; no recording.
@Suite struct GrantDeskTests {
  private let bench: GrantBench
  init() throws { bench = try GrantBench() }

  private func readers(_ desk: GrantDesk) -> Int {
    desk.recipients(of: [1, 2, 3], at: Int64(Date().timeIntervalSince1970 * 1e9)).count - 1
  }

  @Test func `grants and revocations are seen as they come`() throws {
    let desk = try bench.desk()
    #expect(readers(desk) == 0)
    let grant = try bench.grant([1])
    #expect(desk.look() == nil && readers(desk) == 1)
    try bench.revoke(grant)
    #expect(desk.look() == nil && readers(desk) == 0)
  }

  @Test func `a vault that is away is told, ends nothing and begins nothing`() throws {
    try bench.grant([1])
    let desk = try bench.desk()
    try bench.moveVault(away: true)
    #expect(desk.look()?.code == "G20" && readers(desk) == 1)
    #expect(readers(try bench.desk()) == 0)
    try bench.moveVault(away: false)
    #expect(desk.look() == nil)
  }

  @Test func `an object that is no record spoils nothing`() throws {
    try bench.grant([1])
    let vault = try DirectoryVault(bench.vault)
    try vault.put(try ObjectName("consent/" + String(repeating: "a", count: 32)), [1, 2, 3])
    let desk = try bench.desk()
    #expect(readers(desk) == 1 && desk.refusedCount == 1)
  }

  @Test func `a clock that was ahead once revives no grant when it is set back`() throws {
    try bench.grant([1], seconds: 1000)
    #expect(readers(try bench.desk()) == 1)
    // As a gateway left it whose clock was ahead of the grant's end.
    let late = Int64(Date().timeIntervalSince1970) + 2000
    try DurableFile.replace(
      bench.workshop.home.path + "/floor", with: Array("fluxgate-floor-v1 \(late)\n".utf8))
    #expect(readers(try bench.desk()) == 0)
  }

  @Test func `without a floor nobody but the patient gets a key`() throws {
    try bench.grant([1])
    let desk = try bench.desk()
    try DurableFile.replace(
      bench.workshop.home.path + "/floor", with: Array("no floor\n".utf8))
    Thread.sleep(forTimeInterval: 1.1)
    #expect(desk.look()?.code == "G21" && readers(desk) == 0)
    #expect(throws: Fault.self) { try bench.desk() }
  }
}

extension EndToEnd {
  /// Sessions with two devices; the grants change while they run.
  @Suite struct GrantSessionTests {
    @Test func `keys go to live grants only, each for its category and time`() throws {
      let bench = try GrantBench()
      let devices = ThreeDevices(folder: bench.workshop.root)
      try devices.start()
      defer { devices.stop() }
      let end = try required(bench.grant([1], seconds: 6, to: bench.cardiologist).valid.until)
      let researcher = try bench.grant([3], to: bench.researcher)
      let plan = try bench.plan(devices.sources())
      let session = try RecordingSession.start(plan)
      Thread.sleep(forTimeInterval: 7)
      try bench.revoke(researcher)
      try bench.grant([2], to: bench.nurse)
      Thread.sleep(forTimeInterval: 3)
      let result = session.finish()
      #expect(result.faults.isEmpty, "\(result.faults)")
      #expect(try bench.workshop.verify().status != .damaged)
      let epochs = try RecordingOutline(bench.workshop.recording)
      #expect(epochs.segments.last?.epoch == 3)
      let readers = [bench.cardiologist, bench.researcher, bench.nurse]
      #expect(
        try readers.map { epochs.recipients[$0.publicKey.keyFingerprint] } == [[1], [1, 2], [3]])
      #expect(
        epochs.recipients[bench.workshop.patient.publicKey.keyFingerprint] == [1, 2, 3])
      try expectLastRow(before: end, bench)
      for (reader, category) in zip(readers, [UInt16(1), 3, 2]) {
        try expectOnly(category, reader, bench)
      }
    }

    /// No row of after the grant's end is under a key that its holder has.
    private func expectLastRow(before end: Int64, _ bench: GrantBench) throws {
      let file = try DurableFile.read(bench.workshop.recording.span(1))
      let span = try EpochSpan.read(file, gateway: bench.workshop.identity.publicKey)
      #expect(span.isEnded && (span.range(of: [1])?.until ?? .max) <= end)
      var last: Int64 = 0
      let reader = try bench.reader(bench.cardiologist)
      for dataset in reader.datasets where dataset.category == 1 {
        try reader.forEachChunk(of: dataset.stream) { last = max(last, $0.lastTime) }
      }
      #expect(last > (end - 4) * 1_000_000_000 && last < end * 1_000_000_000)
    }

    private func expectOnly(
      _ category: UInt16, _ secret: PatientSecret, _ bench: GrantBench
    ) throws {
      let reader = try bench.reader(secret)
      for dataset in reader.datasets {
        var opened = 0
        try reader.forEachChunk(of: dataset.stream) { _ in opened += 1 }
        #expect(dataset.category == category || opened == 0)
        if dataset.kind == .meta, dataset.category == category { #expect(opened > 0) }
      }
    }
  }
}

/// A workshop with a vault and three readers.
final class GrantBench {
  let workshop: Workshop
  let cardiologist: PatientSecret
  let researcher: PatientSecret
  let nurse: PatientSecret

  init() throws {
    workshop = try Workshop()
    cardiologist = try required(PatientSecret(name: "cardiologist"))
    researcher = try required(PatientSecret(name: "researcher"))
    nurse = try required(PatientSecret(name: "nurse"))
    try FileManager.default.createDirectory(
      atPath: workshop.root + "/vault", withIntermediateDirectories: true)
  }

  var vault: String { workshop.root + "/vault" }

  func desk() throws -> GrantDesk {
    try workshop.home.grants(in: vault, of: workshop.patient.publicKey)
  }

  func plan(_ devices: [DeviceSource]) throws -> SessionPlan {
    var plan = try workshop.plan(devices)
    plan.vault = vault
    plan.grants = try desk()
    return plan
  }

  @discardableResult
  func grant(
    _ categories: Set<UInt16>, seconds: Int64 = 1000, to reader: PatientSecret? = nil
  ) throws -> ConsentGrant {
    let now = Int64(Date().timeIntervalSince1970)
    let grant = ConsentGrant.plain(
      by: workshop.patient, to: (reader ?? cardiologist).publicKey, categories,
      valid: TimeWindow(from: now - 1, until: now + seconds))
    try put(.grant(grant))
    return grant
  }

  func revoke(_ grant: ConsentGrant) throws {
    let patient = workshop.patient.publicKey.keyFingerprint
    try put(
      .revocation(
        ConsentRevocation(
          patient: patient, signer: patient, revokes: grant.id,
          at: Int64(Date().timeIntervalSince1970))))
  }

  private func put(_ record: ConsentRecord) throws {
    try VaultConsents.put(
      SignedConsent.sign(record, by: workshop.patient.signing), in: try DirectoryVault(vault))
  }

  func moveVault(away: Bool) throws {
    let other = vault + "-away"
    try FileManager.default.moveItem(
      atPath: away ? vault : other, toPath: away ? other : vault)
  }

  func reader(_ secret: PatientSecret) throws -> RecordingReader {
    try RecordingReader(
      opening: workshop.recording, secret: secret, patient: workshop.patient.publicKey)
  }
}

extension ConsentGrant {
  /// A grant for treatment, signed by nobody yet.
  static func plain(
    by patient: PatientSecret, to reader: PatientPublicKey, _ categories: Set<UInt16>,
    actions: Set<ConsentAction> = [.read], valid: TimeWindow, data: TimeWindow = TimeWindow(),
    identity: IdentityLevel = .identified, effect: Effect = .permit
  ) -> ConsentGrant {
    let signer = patient.publicKey.keyFingerprint
    return ConsentGrant(
      effect: effect, patient: signer, signer: signer, grantee: reader, categories: categories,
      actions: actions, purposes: ["TREAT"], valid: valid, data: data, identity: identity,
      termsDigest: [UInt8](repeating: 1, count: 32), receipt: [UInt8](repeating: 2, count: 16),
      created: valid.from ?? 0)
  }
}

extension EndToEnd {
  @Suite(.enabled(if: FluxgateProcess.executable != nil)) struct GrantCommandTests {
    @Test func `record names everybody who can open it before it starts`() throws {
      let bench = try GrantBench()
      try bench.grant([1])
      let devices = ThreeDevices(folder: bench.workshop.root)
      try devices.heart.start()
      defer { devices.heart.stop() }
      let ending = try FluxgateProcess(home: bench.workshop.home.path).run(
        bench.workshop.recordWords(["heart=twinleaf-tio@\(devices.heart.path)"])
          + ["--vault", bench.vault, "--seconds", "1", "--profiles"]
          + [FluxgateProcess.root.appendingPathComponent("device-profiles").path])
      #expect(ending.status == 0, "\(ending)")
      for key in [bench.cardiologist.publicKey, bench.workshop.patient.publicKey] {
        #expect(ending.out.contains(key.name) && ending.out.contains(key.fingerprint))
      }
      #expect(ending.out.contains("cardiac"))
      #expect(!ending.out.contains(bench.researcher.publicKey.fingerprint))
      #expect(try bench.reader(bench.cardiologist).lockedEpochs(of: 1).isEmpty)
    }
  }
}
