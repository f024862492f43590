import FluxgateConsent
import FluxgateLedger
import FluxgateSeal
import Foundation
import Synchronization
import Testing

@testable import FluxgateVault

/// Decisions while others are under way, and parts on their way out.
@Suite struct ServiceRaceTests {
  let bench: ServiceBench

  init() throws { bench = try ServiceBench() }

  private var reader: PatientPublicKey { bench.cardiologist.publicKey }
  private var own: KeyFingerprint { reader.keyFingerprint }

  private func parts() throws -> [String] { try bench.bench.files(bench.home.partFolder) }

  /// A service with a release that is made of parts, and one of these.
  private func begin() throws -> (VaultService, ConsentGrant, Release, part: String) {
    let service = try bench.service()
    let grant = bench.grant()
    _ = try service.submit(consent: bench.sign(grant))
    let release = try service.release(try bench.request(), by: reader)
    let part = try required(release.objects.first { $0.file.hasPrefix("segments/") })
    return (service, grant, release, part.name)
  }

  @Test func `a part that is made when its grant is revoked does not leave`() throws {
    let (service, grant, release, part) = try begin()
    let reasons = Mutex<[ConsentRefusal?]>([])
    let done = DispatchSemaphore(value: 0)
    try service.parts.one.withLock { _ in
      Thread.detachNewThread { [own] in
        let refused = denied { _ = try service.object(part, of: release.id, by: own) }
        reasons.withLock { $0.append(refused?.reason) }
        done.signal()
      }
      // Time to be judged once, and to wait for HDF5. Without it this shows less, and still holds.
      Thread.sleep(forTimeInterval: 0.3)
      _ = try service.submit(consent: bench.revocation(of: grant))
    }
    done.wait()
    #expect(reasons.withLock { $0 } == [.revoked])
    #expect(try parts().isEmpty)
  }

  @Test func `releases that race with a revocation are before it or refused`() async throws {
    let (service, grant, _, _) = try begin()
    let refused = DispatchSemaphore(value: 0)
    let request = try bench.request()
    for _ in 0..<3 {
      Thread.detachNewThread { [reader] in
        while (try? service.release(request, by: reader)) != nil {}
        refused.signal()
      }
    }
    try await Task.sleep(for: .milliseconds(50))
    let receipt = try service.submit(consent: bench.revocation(of: grant))
    for _ in 0..<3 { await wait(for: refused) }
    let report = try await bench.trail()
    #expect(report.findings.isEmpty, "\(report.findings)")
    let late = report.lines.filter { $0.index > receipt.index }
    #expect(late.count == 3 && late.allSatisfy { $0.record.kind == .refused })
  }

  private func wait(for semaphore: DispatchSemaphore) async {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        semaphore.wait()
        continuation.resume()
      }
    }
  }

  @Test func `a part is made once for a release, and goes when that ends`() throws {
    let (service, grant, release, part) = try begin()
    let first = try bench.bytes(try service.object(part, of: release.id, by: own))
    #expect(try parts().count == 1)
    // What it was made from is not looked at again.
    for name in try bench.vault().list("seg/") { try bench.vault().delete(name) }
    let second = try bench.bytes(try service.object(part, of: release.id, by: own))
    #expect(first == second)
    #expect(try parts().count == 1)
    _ = try service.submit(consent: bench.revocation(of: grant))
    #expect(
      denied { _ = try service.object(part, of: release.id, by: own) }?.reason == .revoked)
    #expect(try parts().isEmpty)
  }

  @Test func `parts are kept in bounds of number and bytes`() throws {
    let root = bench.bench.root
    var made: [MadePart] = []
    func kept(_ countMax: Int, _ byteCountMax: UInt64) throws -> [Bool] {
      made = try (0..<3).map { number in
        let path = "\(root)/part-\(number)"
        try bench.bench.write(path, [UInt8](repeating: 1, count: 10))
        return MadePart(path: path, size: 10)
      }
      var shelf = PartShelf(countMax: countMax, byteCountMax: byteCountMax)
      for (number, part) in made.enumerated() {
        try shelf.add(
          part, as: PartKey(release: [1], recording: [2], number: UInt32(number)))
        _ = shelf.find(PartKey(release: [1], recording: [2], number: 0))
      }
      let found = made.map { FileManager.default.fileExists(atPath: $0.path) }
      try shelf.keepOnly([])
      #expect(!made.contains { FileManager.default.fileExists(atPath: $0.path) })
      return found
    }
    #expect(try kept(3, 30) == [true, true, true])
    #expect(try kept(2, 30) == [true, false, true])
    #expect(try kept(3, 29) == [true, false, true])
    #expect(try kept(3, 5) == [false, false, true])
  }

  @Test func `a log that could not be written is taken up again with the next decision`()
    async throws
  {
    let (service, _, _, _) = try begin()
    let place = bench.home.ledgerFolder + "/checkpoint"
    try FileManager.default.moveItem(atPath: place, toPath: place + "-away")
    try FileManager.default.createDirectory(
      atPath: place, withIntermediateDirectories: false)
    for _ in 0..<2 {
      #expect(failure { _ = try service.release(try bench.request(), by: reader) } == "ledger")
    }
    try FileManager.default.removeItem(atPath: place)
    try FileManager.default.moveItem(atPath: place + "-away", toPath: place)
    let release = try service.release(try bench.request(), by: reader)
    // The first of the two that failed had begun to count: it has an entry, and nothing left.
    #expect(release.index == 3)
    let report = try await bench.trail()
    #expect(report.isSound, "\(report.findings)")
    #expect(report.lines.count == 4)
  }
}

extension ServiceBench {
  func grant(
    to grantee: PatientSecret, for purpose: String = "TREAT",
    identity: IdentityLevel = .pseudonymous
  ) -> ConsentGrant {
    let like = grant(to: grantee, days: 90)
    return ConsentGrant(
      patient: like.patient, signer: like.signer, grantee: like.grantee,
      categories: like.categories, purposes: [purpose], valid: like.valid, identity: identity,
      termsDigest: like.termsDigest, receipt: like.receipt, created: like.created)
  }

  /// As the patient's machine does it: an epoch's keys of some categories, sealed to the grantee.
  func add(
    to service: VaultService, _ categories: Set<UInt16>, of epoch: UInt32,
    under grant: ConsentGrant
  ) throws {
    let own = CapsuleFileName(epoch: epoch, recipient: patient.publicKey.keyFingerprint)
    let keys = try Capsule.open(
      try vault().get(.capsule(recording, own)), with: patient,
      trusting: bench.gateway.publicKey, recording: recording)
    let name = CapsuleFileName(
      epoch: epoch, recipient: grant.grantee.keyFingerprint, grant: grant.id)
    try service.add(
      capsule: Capsule.seal(
        keys: keys.filter { categories.contains($0.category) }, recording: recording,
        to: grant.grantee, signedBy: patient.signing),
      recording: recording, name: name.text, by: patient.publicKey.keyFingerprint)
  }

  /// Of one epoch, by its time.
  func tombstone(epoch: UInt32, categories: Set<UInt16>? = nil) -> [UInt8] {
    let window = Self.window(Int64(epoch) - 1..<Int64(epoch))
    let scope = ErasureScope(
      recording: recording, categories: categories, from: window.from.map { $0 + 1 },
      until: window.until.map { $0 - 1 },
      epochs: [ErasedEpochs(recording: recording, epochs: epoch...epoch)])
    return Tombstone(
      of: scope, patient: patient.publicKey, created: Int64(Date().timeIntervalSince1970) + 5
    ).signed(by: patient)
  }
}
