import FluxgateConsent
import FluxgateRecording
import FluxgateSeal
import Foundation
import Synchronization
import Testing

@testable import FluxgateVault

/// What a release carries, and what happens while it is planned and fetched.
@Suite struct ServiceReleaseTests {
  let bench: ServiceBench

  init() throws { bench = try ServiceBench() }

  private var reader: PatientPublicKey { bench.cardiologist.publicKey }

  private func files(_ release: Release, in folder: String) -> [String] {
    release.objects.map(\.file).filter { $0.hasPrefix(folder) }
  }

  // MARK: Grants

  @Test func `a release carries the keys of its own grant, and of no other`() throws {
    let service = try bench.service()
    var releases: [String: [String]] = [:]
    for (purpose, epoch) in [("TREAT", UInt32(1)), ("HRESCH", 2)] {
      let grant = bench.grant(to: bench.stranger, for: purpose)
      _ = try service.submit(consent: bench.sign(grant))
      try bench.add(to: service, [ServiceBench.cardiac], of: epoch, under: grant)
      let name = CapsuleFileName(
        epoch: epoch, recipient: bench.stranger.publicKey.keyFingerprint, grant: grant.id)
      releases[purpose] = ["capsules/\(name.text)"]
    }
    for (purpose, capsules) in releases {
      let release = try service.release(
        try bench.request(purpose: purpose), by: bench.stranger.publicKey)
      #expect(files(release, in: "capsules/") == capsules)
    }
  }

  @Test func `each key is judged again when it is fetched`() throws {
    let both: Set<UInt16> = [ServiceBench.cardiac, ServiceBench.glucose]
    let wide = try ServiceBench(keysFor: both)
    let service = try wide.service()
    _ = try service.submit(consent: wide.sign(wide.grant(categories: both)))
    let reader = wide.cardiologist.publicKey
    let release = try service.release(try wide.request(), by: reader)
    let capsule = try required(release.objects.first { $0.file.hasPrefix("capsules/") }).name
    _ = try service.object(capsule, of: release.id, by: reader.keyFingerprint)
    let denial = wide.grant(categories: [ServiceBench.glucose], effect: .deny)
    _ = try service.submit(consent: wide.sign(denial))
    let head = try required(release.objects.first { $0.file == "recording" }).name
    _ = try service.object(head, of: release.id, by: reader.keyFingerprint)
    let refused = denied {
      _ = try service.object(capsule, of: release.id, by: reader.keyFingerprint)
    }
    #expect(refused?.reason == .denied(denial.id))
    #expect(try service.release(try wide.request(), by: reader).objects.isEmpty)
  }

  @Test func `who may see de-identified data only gets none, and is told why`() throws {
    let service = try bench.service()
    _ = try service.submit(
      consent: bench.sign(bench.grant(to: bench.cardiologist, identity: .deidentified)))
    for identity in [IdentityLevel.deidentified, .pseudonymous] {
      let refused = denied {
        _ = try service.release(try bench.request(identity: identity), by: reader)
      }
      #expect(refused?.reason == .identity)
    }
    // A further grant gives them, whichever is looked at first.
    let more = bench.grant()
    _ = try service.submit(consent: bench.sign(more))
    let release = try service.release(try bench.request(identity: .deidentified), by: reader)
    #expect(release.consent == more.id && !release.objects.isEmpty)
  }

  // MARK: Erasures

  @Test func `erased keys that come back into the vault are not released`() throws {
    let service = try bench.service()
    _ = try service.submit(consent: bench.sign(bench.grant()))
    let places = try bench.vault().list("cap/") + bench.vault().list("span/")
    let kept = try places.map { ($0, try bench.vault().get($0)) }
    let file = bench.tombstone(epoch: 1)
    _ = try service.erase(tombstone: file)
    for (name, bytes) in kept { try bench.vault().put(name, bytes) }
    let name = "erasures/\(try Tombstone.open(file).text).tombstone"
    for (key, secret) in [
      (reader, bench.cardiologist), (bench.patient.publicKey, bench.patient),
    ] {
      let release = try service.release(try bench.request(), by: key)
      for (folder, count) in [("capsules/", 2), ("spans/", 2), ("segments/", 2)] {
        let found = files(release, in: folder)
        #expect(found.count == count && !found.contains { $0.contains("00000001") })
      }
      #expect(release.objects.map(\.file).contains(name))
      let folder = try bench.fetch(release, from: service, by: secret)
      let report = try Verifier.verify(folder, trust: .patient(bench.patient.publicKey))
      #expect(report.status == .intact, "\(report.findings)")
      #expect(report.erasures.count == 1)
    }
  }

  @Test func `a tombstone that is put in meanwhile is entered, done, and ends releases`()
    async throws
  {
    let service = try bench.service()
    _ = try service.submit(consent: bench.sign(bench.grant()))
    let release = try service.release(try bench.request(), by: reader)
    let file = bench.tombstone(epoch: 1)
    let place = bench.bench.place(.tombstone(try Tombstone.open(file)))
    try FileManager.default.createDirectory(
      atPath: (place as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    // Somebody copies it there, and it is looked at before all of it has come.
    try bench.bench.write(place, Array(file.prefix(100)))
    let name = release.objects[0].name
    _ = try service.object(name, of: release.id, by: reader.keyFingerprint)
    try bench.bench.write(place, file)
    #expect(
      failure { _ = try service.object(name, of: release.id, by: reader.keyFingerprint) }
        == "unknown")
    #expect(try bench.vault().list("cap/").count == 4)
    let kinds = try await bench.trail().lines.map(\.record.kind)
    #expect(kinds == [.consentGranted, .released, .erased])
  }

  @Test func `an erasure through the server ends releases too`() throws {
    let service = try bench.service()
    _ = try service.submit(consent: bench.sign(bench.grant()))
    let release = try service.release(try bench.request(), by: reader)
    _ = try service.erase(tombstone: bench.tombstone(epoch: 1))
    let name = release.objects[0].name
    #expect(
      failure { _ = try service.object(name, of: release.id, by: reader.keyFingerprint) }
        == "unknown")
  }

  @Test func `sealed rows of an erased category stay too, and the rest opens`() throws {
    let both: Set<UInt16> = [ServiceBench.cardiac, ServiceBench.glucose]
    let wide = try ServiceBench(keysFor: both)
    let service = try wide.service()
    _ = try service.submit(consent: wide.sign(wide.grant(categories: both)))
    let reader = wide.cardiologist
    let file = wide.tombstone(epoch: 1, categories: [ServiceBench.glucose])
    try VaultErasure.reseal(
      for: try Tombstone.open(file), in: wide.vault(), secret: wide.patient,
      readers: [reader.publicKey])
    _ = try service.erase(tombstone: file)
    let release = try service.release(try wide.request(both), by: reader.publicKey)
    let folder = try wide.fetch(release, from: service, by: reader)
    let report = try Verifier.verify(folder, trust: .patient(wide.patient.publicKey))
    #expect(report.status == .intact, "\(report.findings)")
    #expect(report.part?.segments == [1, 2, 3])
    let header = Data(Array("FXC1".utf8) + [1, 1, 2, 0] + wide.recording + [2, 0, 0, 0])
    for segment in UInt32(1)...3 {
      let bytes = Data(try wide.bench.read(folder.segment(segment)))
      #expect((bytes.range(of: header) == nil) == (segment == 1))
    }
    let opened = try RecordingReader(
      opening: folder, secret: reader, patient: wide.patient.publicKey)
    #expect(opened.lockedEpochs(of: ServiceBench.glucose) == [1])
    #expect(opened.lockedEpochs(of: ServiceBench.cardiac) == [])
  }
}
