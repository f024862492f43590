import FluxgateConsent
import FluxgateRecording
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

@Suite struct VaultServiceTests {
  let bench: ServiceBench

  init() throws { bench = try ServiceBench() }

  private var reader: PatientPublicKey { bench.cardiologist.publicKey }

  @Test func `a grantee gets the granted category, and it opens`() throws {
    let service = try bench.service()
    let grant = bench.grant()
    _ = try service.submit(consent: bench.sign(grant))
    let release = try service.release(try bench.request(), by: reader)
    #expect(release.consent == grant.id)
    let folder = try bench.fetch(release, from: service, by: bench.cardiologist)
    let report = try Verifier.verify(folder, trust: .patient(bench.patient.publicKey))
    #expect(report.status == .intact, "\(report.findings)")
    #expect(report.part?.categories == [ServiceBench.cardiac])
    #expect(report.part?.segments == [1, 2, 3])
    let opened = try RecordingReader(
      opening:
        folder, secret: bench.cardiologist, patient: bench.patient.publicKey)
    var rows = 0
    try opened.forEachChunk(of: 1) { rows += $0.rowCount }
    #expect(rows == 150)
    #expect(opened.lockedEpochs(of: ServiceBench.glucose) == [1, 2, 3])
    try noChunk(of: 2, isIn: folder)
  }

  /// Looks for the sealed header of a stream's chunks in every byte of a folder.
  private func noChunk(of stream: UInt8, isIn folder: RecordingFolder) throws {
    let header = Array("FXC1".utf8) + [1, 1, 2, 0] + bench.recording + [stream, 0, 0, 0]
    let whole = try bench.bench.read(bench.bench.folder.segment(1))
    #expect(Data(whole).range(of: Data(header)) != nil)
    for bytes in try bench.bench.contents(folder.path).values {
      #expect(Data(bytes).range(of: Data(header)) == nil)
    }
  }

  @Test func `what no grant covers is refused, and each refusal is an entry`() async throws {
    let service = try bench.service()
    _ = try service.submit(
      consent: bench.sign(bench.grant(data: ServiceBench.window(0..<2))))
    let asked: [(ReleaseRequest, PatientPublicKey, ConsentRefusal)] = [
      (try bench.request([ServiceBench.glucose]), reader, .category),
      (try bench.request(ServiceBench.window(0..<1), "HRESCH"), reader, .purpose),
      (try bench.request(), reader, .dataWindow),
      (try bench.request(), bench.stranger.publicKey, .grantee),
      (
        try bench.request([1], ServiceBench.window(0..<1), identity: .identified), reader,
        .identity
      ),
    ]
    for (place, (request, reader, reason)) in asked.enumerated() {
      let refused = denied { _ = try service.release(request, by: reader) }
      #expect(refused?.reason == reason)
      #expect(refused?.index == UInt64(1 + place))
    }
    let lines = try await bench.trail().lines
    #expect(lines.dropFirst().map(\.record.kind) == asked.map { _ in .refused })
    #expect(lines.dropFirst().map(\.record.reason) == asked.map { $0.2.code })
    #expect(lines.dropFirst().map(\.record.actor) == asked.map { $0.1.keyFingerprint })
  }

  @Test func `only epochs that lie in the window leave`() throws {
    let service = try bench.service()
    _ = try service.submit(consent: bench.sign(bench.grant()))
    for (window, epochs) in [
      (ServiceBench.window(1..<2), ["00000002"]),
      (ServiceBench.window(0..<2), ["00000001", "00000002"]),
      (TimeWindow(from: ServiceBench.start + 2, until: ServiceBench.start + 120), ["00000002"]),
      (TimeWindow(until: ServiceBench.start + 50), []),
    ] as [(TimeWindow, [String])] {
      let release = try service.release(
        try bench.request([ServiceBench.cardiac], window), by: reader)
      let files = release.objects.map(\.file)
      for (folder, ending) in [("segments", "h5"), ("spans", "span")] {
        #expect(files.filter { $0.hasPrefix(folder) } == epochs.map { "\(folder)/\($0).\(ending)" })
      }
      #expect(files.filter { $0.hasPrefix("capsules") }.count == epochs.count)
      guard !epochs.isEmpty else { continue }
      let folder = try bench.fetch(release, from: service, by: bench.cardiologist)
      let report = try Verifier.verify(folder, trust: .patient(bench.patient.publicKey))
      #expect(report.status.rawValue % 3 == 0, "\(report.findings)")
    }
  }

  @Test func `a revocation ends a release that is under way`() async throws {
    let service = try bench.service()
    let grant = bench.grant()
    _ = try service.submit(consent: bench.sign(grant))
    let release = try service.release(try bench.request(), by: reader)
    let name = release.objects[0].name
    _ = try service.object(name, of: release.id, by: reader.keyFingerprint)
    _ = try service.submit(consent: bench.revocation(of: grant))
    let refused = denied {
      _ = try service.object(name, of: release.id, by: reader.keyFingerprint)
    }
    #expect(refused?.reason == .revoked)
    #expect(
      failure { _ = try service.object(name, of: release.id, by: reader.keyFingerprint) }
        == "unknown")
    #expect(
      denied { _ = try service.release(try bench.request(), by: reader) }?.reason == .revoked)
    let kinds = try await bench.trail().lines.map(\.record.kind)
    #expect(kinds == [.consentGranted, .released, .consentRevoked, .refused, .refused])
  }

  @Test func `a denial ends a release that is under way`() throws {
    let service = try bench.service()
    _ = try service.submit(consent: bench.sign(bench.grant()))
    let release = try service.release(try bench.request(), by: reader)
    let denial = bench.grant(effect: .deny)
    _ = try service.submit(consent: bench.sign(denial))
    let refused = denied {
      _ = try service.object(
        release.objects[0].name, of: release.id, by: reader.keyFingerprint)
    }
    #expect(refused?.reason == .denied(denial.id))
  }

  @Test func `a release is its reader's alone, and only what it lists`() throws {
    let service = try bench.service()
    _ = try service.submit(consent: bench.sign(bench.grant()))
    let release = try service.release(try bench.request(), by: reader)
    let id = hexadecimal(bench.recording)
    let own = reader.keyFingerprint
    let names: [(String, [UInt8], KeyFingerprint)] = [
      (release.objects[0].name, release.id, bench.stranger.publicKey.keyFingerprint),
      (release.objects[0].name, RandomBytes.make(16), own),
      ("\(id)/../../home/vault.key", release.id, own), ("\(id)/capsules/x", release.id, own),
      ("", release.id, own),
    ]
    for (name, release, reader) in names {
      #expect(failure { _ = try service.object(name, of: release, by: reader) } == "unknown")
    }
  }

  @Test func `after a restart no release can be fetched, and grants still hold`() throws {
    var service: VaultService? = try bench.service()
    _ = try service?.submit(consent: bench.sign(bench.grant()))
    let release = try required(try service?.release(try bench.request(), by: reader))
    service = nil
    let restarted = try bench.service()
    #expect(
      failure {
        _ = try restarted.object(
          release.objects[0].name, of: release.id, by: reader.keyFingerprint)
      } == "unknown")
    _ = try restarted.release(try bench.request(), by: reader)
  }

  @Test func `past the grant's last second nothing leaves, whatever the clock says later`() throws {
    let grant = bench.grant()
    let until = try required(grant.valid.until)
    var service: VaultService? = try bench.service()
    _ = try service?.submit(consent: bench.sign(grant))
    _ = try service?.release(try bench.request(), by: reader)
    service = nil
    // The clock stood at the end of the window once; now it is back at today.
    _ = try FloorFile(path: bench.home.floorFile).raise(to: until)
    let later = try bench.service()
    #expect(denied { _ = try later.release(try bench.request(), by: reader) }?.reason == .expired)
  }

  @Test func `the patient reads everything, and that is an entry too`() async throws {
    let service = try bench.service()
    let request = try ReleaseRequest(
      categories: [ServiceBench.cardiac, ServiceBench.glucose], window: TimeWindow(),
      purpose: "PATRQT", identity: .identified)
    let release = try service.release(request, by: bench.patient.publicKey)
    #expect(release.consent == nil)
    let folder = try bench.fetch(release, from: service, by: bench.patient)
    let report = try Verifier.verify(folder, trust: .patient(bench.patient.publicKey))
    #expect(report.status == .intact, "\(report.findings)")
    #expect(report.part == nil)
    let record = try required(try await bench.trail().lines.last?.record)
    #expect(record.kind == .released)
    #expect(record.actor == bench.patient.publicKey.keyFingerprint)
    #expect(record.consent == nil)
  }

  @Test func `keys of an ended, wider grant stay where they are`() throws {
    let wide = try ServiceBench(keysFor: [ServiceBench.cardiac, ServiceBench.glucose])
    let service = try wide.service()
    let both = wide.grant(categories: [ServiceBench.cardiac, ServiceBench.glucose])
    _ = try service.submit(consent: wide.sign(both))
    _ = try service.submit(consent: wide.sign(wide.grant()))
    let reader = wide.cardiologist.publicKey
    #expect(try !service.release(try wide.request(), by: reader).objects.isEmpty)
    _ = try service.submit(consent: wide.revocation(of: both))
    #expect(try service.release(try wide.request(), by: reader).objects.isEmpty)
  }

  @Test func `without room for the entry nothing is released`() throws {
    let service = try bench.service()
    _ = try service.submit(consent: bench.sign(bench.grant()))
    let path = bench.bench.vaultPath + "/trail"
    try FileManager.default.moveItem(atPath: path, toPath: path + "-away")
    try bench.bench.write(path, [])
    #expect(failure { _ = try service.release(try bench.request(), by: reader) } == "vault")
    #expect(service.ledger.head.size == 1)
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.moveItem(atPath: path + "-away", toPath: path)
    #expect(try service.release(try bench.request(), by: reader).index == 1)
  }

  @Test func `a damaged recording is named, and refused when it was asked for by name`() throws {
    let service = try bench.service()
    _ = try service.submit(consent: bench.sign(bench.grant()))
    try bench.bench.flip(bench.bench.place(.manifest(bench.recording, 2)), at: 100)
    let all = try ReleaseRequest(
      categories: [ServiceBench.cardiac], window: ServiceBench.window(0..<3), purpose: "TREAT",
      identity: .pseudonymous)
    let release = try service.release(all, by: reader)
    #expect(release.objects.isEmpty)
    #expect(release.damaged == [bench.recording])
    #expect(failure { _ = try service.release(try bench.request(), by: reader) } == "vault")
  }

  @Test func `a compute-only grant lets no data leave`() throws {
    let service = try bench.service()
    var grant = bench.grant()
    grant = ConsentGrant(
      patient: grant.patient, signer: grant.signer, grantee: grant.grantee,
      categories: grant.categories, actions: [.compute], purposes: grant.purposes,
      valid: grant.valid, identity: grant.identity, termsDigest: grant.termsDigest,
      receipt: grant.receipt, created: grant.created)
    _ = try service.submit(consent: bench.sign(grant))
    let request = try ReleaseRequest(
      categories: [1], window: ServiceBench.window(0..<3), purpose: "TREAT", action: .compute,
      identity: .pseudonymous)
    #expect(denied { _ = try service.release(request, by: reader) }?.reason == .action)
  }
}

extension ServiceBench {
  func request(_ window: TimeWindow, _ purpose: String) throws -> ReleaseRequest {
    try request([Self.cardiac], window, purpose: purpose)
  }
}
