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
    to reader: PatientSecret? = nil, effect: ConsentGrant.Effect = .permit,
    id: ConsentID = .random()
  ) -> ConsentGrant {
    .plain(
      by: patient, to: (reader ?? clinic).publicKey, categories, actions: actions, valid: valid,
      data: data, identity: identity, effect: effect, id: id)
  }

  private func readers(
    _ schedule: GrantSchedule, _ categories: Set<UInt16> = [1, 2, 3], at newest: Int64 = now
  ) -> [Set<UInt16>] {
    recipients(schedule, categories, at: newest).map { $0.categories ?? [] }
  }

  /// Without the patient.
  private func recipients(
    _ schedule: GrantSchedule, _ categories: Set<UInt16> = [1, 2, 3], at newest: Int64 = now
  ) -> ArraySlice<Recipient> {
    var schedule = schedule
    return schedule.recipients(of: categories, at: newest * 1_000_000_000).dropFirst()
  }

  @Test func `the patient is always first and alone without grants`() throws {
    var alone = try schedule([])
    #expect(alone.recipients(of: [1], at: 0) == [Recipient(patient.publicKey)])
    #expect(try readers(schedule([grant(to: patient)])) == [])
  }

  @Test func `each grant has a recipient of its own, also for one reader`() throws {
    let grants = [grant([1, 2]), grant([2, 3])].sorted { $0.id < $1.id }
    let made = recipients(try schedule(grants))
    #expect(made.map(\.grant) == grants.map(\.id.bytes))
    #expect(made.map(\.categories) == grants.map(\.categories))
    #expect(made.allSatisfy { $0.key == clinic.publicKey })
    #expect(try readers(schedule(grants), [1]) == [[1]])
    #expect(try readers(schedule([grant([4])])) == [])
  }

  @Test func `pieces of one grant are one recipient`() throws {
    // For one category the denial takes the old data only, for the other nothing.
    let old = grant([1], data: TimeWindow(until: Self.now - 50), effect: .deny)
    let made = recipients(try schedule([grant([1, 2]), old]))
    #expect(made.map(\.categories) == [[1, 2]])
  }

  @Test func `ids that begin alike for one reader share a capsule`() throws {
    let ids = [1, 2].map { ConsentID(bytes: [7, 7, 7, 7] + [UInt8](repeating: $0, count: 12)) }
    let grants = try zip(ids, [[1], [3]] as [Set<UInt16>]).map {
      grant($1, id: try required($0))
    }
    #expect(try readers(schedule(grants)) == [[1, 3]])
  }

  @Test func `only who may read what a key opens gets one`() throws {
    #expect(try readers(schedule([grant(actions: [.compute, .reshare])])) == [])
    #expect(try readers(schedule([grant(actions: [.live])])) == [[1]])
    #expect(try readers(schedule([grant(identity: .deidentified)])) == [])
    #expect(try readers(schedule([grant(identity: .pseudonymous)])) == [[1]])
  }

  @Test func `a grant's end holds from its first instant, whenever the desk looks again`() throws {
    let made = try schedule([grant(valid: TimeWindow(until: Self.now + 7)), grant([2])])
    #expect(Set(readers(made, at: Self.now + 6)) == [[1], [2]])
    #expect(readers(made, at: Self.now + 7) == [[2]])
    #expect(try readers(schedule([grant(valid: TimeWindow(until: Self.now))])) == [])
  }

  @Test func `every later end and begin holds while nobody looks again`() throws {
    let made = try schedule([
      grant([1], valid: TimeWindow(until: Self.now + 7)),
      grant([2], valid: TimeWindow(until: Self.now + 20)),
      grant([3], valid: TimeWindow(from: Self.now + 30, until: Self.now + 40)),
      grant([4], data: TimeWindow(from: Self.now + 50)),
    ])
    let all: Set<UInt16> = [1, 2, 3, 4]
    for (second, wanted) in [
      (6, [[1], [2]]), (7, [[2]]), (19, [[2]]), (20, []), (30, [[3]]), (39, [[3]]), (40, []),
      (50, []), (54, []), (55, [[4]]), (99, [[4]]), (100, []),
    ] as [(Int64, Set<Set<UInt16>>)] {
      #expect(Set(readers(made, all, at: Self.now + second)) == wanted, "\(second)")
    }
  }

  @Test func `a clock that says nothing leaves the patient alone until it speaks again`() throws {
    var made = try schedule([grant()])
    made.turn(to: nil)
    #expect(readers(made) == [])
    made.turn(to: Self.now + 5)
    made.turn(to: Self.now + 3)
    #expect(readers(made) == [[1]])
    made.turn(to: Self.now + 100)
    made.turn(to: Self.now)
    #expect(readers(made) == [])
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

extension EndToEnd {
  /// Sessions with two devices; the grants change while they run.
  @Suite struct GrantSessionTests {
    @Test func `keys go to live grants only, each for its category and time`() throws {
      let bench = try GrantBench()
      let devices = ThreeDevices(folder: bench.workshop.root)
      try devices.start()
      defer { devices.stop() }
      let first = try bench.grant([1], seconds: 6, to: bench.cardiologist)
      let end = try required(first.valid.until)
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
      let names = try Set(FileManager.default.contentsOfDirectory(atPath: bench.capsules))
      for (grant, epoch) in [(first, 1), (researcher, 1), (researcher, 2)] {
        #expect(names.contains(bench.capsule(epoch, under: grant)))
      }
      #expect(names.count == 7)
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

  @discardableResult
  func revoke(_ grant: ConsentGrant, at instant: Int64? = nil) throws -> ConsentID {
    let patient = workshop.patient.publicKey.keyFingerprint
    let revocation = ConsentRevocation(
      patient: patient, signer: patient, revokes: grant.id,
      at: instant ?? Int64(Date().timeIntervalSince1970))
    try put(.revocation(revocation))
    return revocation.id
  }

  /// What somebody who has the vault's folder may do.
  func delete(_ consent: ConsentID) throws {
    try DirectoryVault(vault).delete(try ObjectName("consent/\(consent.text)"))
  }

  /// The gateway's own copies.
  var kept: String {
    let patient = Digits.hexadecimal(workshop.patient.publicKey.keyFingerprint.bytes)
    return "\(workshop.home.path)/consents/\(patient)"
  }

  func put(_ record: ConsentRecord) throws {
    try VaultConsents.put(
      SignedConsent.sign(record, by: workshop.patient.signing), in: try DirectoryVault(vault))
  }

  var capsules: String { workshop.recording.capsules }

  func capsule(_ epoch: Int, under grant: ConsentGrant) -> String {
    let reader = Digits.hexadecimal(grant.grantee.keyFingerprint.bytes.prefix(8))
    return "0000000\(epoch)-\(reader)-\(grant.id.text.prefix(8)).capsule"
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
    identity: IdentityLevel = .identified, effect: Effect = .permit, id: ConsentID = .random()
  ) -> ConsentGrant {
    let signer = patient.publicKey.keyFingerprint
    return ConsentGrant(
      id: id, effect: effect, patient: signer, signer: signer, grantee: reader,
      categories: categories,
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
