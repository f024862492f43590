import FluxgateConsent
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

/// One capsule for each grant: what the end of one means for another of the same reader.
@Suite struct GrantCapsuleTests {
  private let bench: ServiceBench
  private static let both: Set<UInt16> = [ServiceBench.cardiac, ServiceBench.glucose]

  /// Nothing for the reader yet.
  init() throws {
    bench = try ServiceBench()
    for name in try capsules() { try bench.vault().delete(.capsule(bench.recording, name)) }
  }

  /// The reader's.
  private func capsules() throws -> [CapsuleFileName] {
    try bench.vault().list(ObjectName.capsules(bench.recording))
      .compactMap { CapsuleFileName($0.last) }
      .filter { $0.isFor(bench.cardiologist.publicKey.keyFingerprint) }
  }

  private func inspect(_ name: CapsuleFileName) throws -> Capsule {
    try Capsule.inspect(try bench.vault().get(.capsule(bench.recording, name)))
  }

  /// As the gateway seals under a grant that is in force while it records.
  private func seal(_ categories: Set<UInt16>, under grant: ConsentGrant) throws {
    for epoch in UInt32(1)...3 {
      let own = CapsuleFileName(epoch: epoch, recipient: bench.patient.publicKey.keyFingerprint)
      let keys = try Capsule.open(
        try bench.vault().get(.capsule(bench.recording, own)), with: bench.patient,
        trusting: bench.bench.gateway.publicKey, recording: bench.recording)
      let name = CapsuleFileName(
        epoch: epoch, recipient: grant.grantee.keyFingerprint, grant: grant.id)
      try bench.vault().put(
        .capsule(bench.recording, name),
        Capsule.seal(
          keys: keys.filter { categories.contains($0.category) }, recording: bench.recording,
          to: grant.grantee, signedBy: bench.bench.gateway.identity))
    }
  }

  private func copy(
    of grant: ConsentGrant, effect: ConsentGrant.Effect = .permit, identity: IdentityLevel
  ) -> ConsentGrant {
    ConsentGrant(
      effect: effect, patient: grant.patient, signer: grant.signer, grantee: grant.grantee,
      categories: grant.categories, purposes: grant.purposes, valid: grant.valid,
      identity: identity, termsDigest: grant.termsDigest, receipt: grant.receipt,
      created: grant.created)
  }

  private func rewrap(
    _ grant: ConsentGrant, besides others: [ConsentGrant] = []
  ) throws -> Rewrap.Report {
    let book = ConsentBook(
      patient: bench.patient.publicKey,
      records: ([grant] + others).map { (bytes: bench.sign($0), receivedAt: nil) })
    #expect(book.refused.isEmpty)
    return try Rewrap.run(
      grant.id, in: book, at: Int64(Date().timeIntervalSince1970), secret: bench.patient,
      vault: try bench.vault())
  }

  @Test func `the end of one grant withholds nothing of another`() throws {
    let ended = bench.grant()
    let lasting = bench.grant(categories: [ServiceBench.glucose])
    try seal([ServiceBench.cardiac], under: ended)
    try seal([ServiceBench.glucose], under: lasting)
    let service = try bench.service()
    for record in [bench.sign(ended), bench.sign(lasting), bench.revocation(of: ended)] {
      _ = try service.submit(consent: record)
    }
    let reader = bench.cardiologist.publicKey
    #expect(denied { _ = try service.release(try bench.request(), by: reader) } != nil)
    let release = try service.release(try bench.request([ServiceBench.glucose]), by: reader)
    let names = release.objects.compactMap {
      CapsuleFileName($0.file.split(separator: "/").last ?? "")
    }
    #expect(names.map(\.epoch) == [1, 2, 3] && names.allSatisfy { $0.isUnder(lasting.id) })
  }

  @Test func `a new grant over what an ended one had is sealed anew`() throws {
    let ended = bench.grant()
    try seal([ServiceBench.cardiac], under: ended)
    #expect(try rewrap(ended).alreadyThereCount == 3)
    let new = bench.grant()
    let report = try rewrap(new)
    #expect(report.capsuleCount == 3 && report.alreadyThereCount == 0)
    let names = try capsules().filter { $0.isUnder(new.id) }
    #expect(names.count == 3)
    for name in names {
      #expect(try inspect(name).signer == bench.patient.signing.publicKey)
      #expect(name.grant == String(new.id.text.prefix(8)))
    }
    #expect(try rewrap(new).alreadyThereCount == 3)
  }

  @Test func `what the gateway's capsule lacks goes beside it`() throws {
    let grant = bench.grant(categories: Self.both)
    try seal([ServiceBench.cardiac], under: grant)
    let report = try rewrap(grant)
    #expect(report.capsuleCount == 3 && report.keyCount == 3)
    let second = String(grant.id.text.dropFirst(8).prefix(8))
    let names = try capsules()
    #expect(names.count == 6 && names.allSatisfy { $0.isUnder(grant.id) })
    for name in names where name.grant == second {
      #expect(try inspect(name).entries.map(\.category) == [ServiceBench.glucose])
    }
    #expect(names.count { $0.grant == second } == 3)
    #expect(try rewrap(grant).alreadyThereCount == 3)
  }

  @Test func `a capsule with more than is granted now counts for nothing`() throws {
    let grant = bench.grant(categories: Self.both)
    let denial = copy(
      of: bench.grant(categories: [ServiceBench.glucose]), effect: .deny, identity: .deidentified)
    try seal(Self.both, under: grant)
    #expect(try rewrap(grant).alreadyThereCount == 3)
    #expect(try rewrap(grant, besides: [denial]).keyCount == 3)
    #expect(try rewrap(grant, besides: [denial]).alreadyThereCount == 3)
    let service = try bench.service()
    for record in [grant, denial] { _ = try service.submit(consent: bench.sign(record)) }
    let release = try service.release(
      try bench.request(), by: bench.cardiologist.publicKey)
    #expect(release.objects.count { $0.file.hasPrefix("capsules/") } == 3)
  }

  @Test func `when all names of a grant are taken, that is counted and nothing is put`() throws {
    let grant = bench.grant()
    for name in CapsuleFileName.all(
      epoch: 1, recipient: grant.grantee.keyFingerprint, grant: grant.id)
    {
      let keys = try Capsule.open(
        try bench.vault().get(
          .capsule(
            bench.recording,
            CapsuleFileName(epoch: 1, recipient: bench.patient.publicKey.keyFingerprint))),
        with: bench.patient, trusting: bench.bench.gateway.publicKey, recording: bench.recording)
      try bench.vault().put(
        .capsule(bench.recording, name),
        Capsule.seal(
          keys: keys, recording: bench.recording, to: grant.grantee,
          signedBy: bench.patient.signing))
    }
    let report = try rewrap(grant)
    #expect(report.lockedCount == 1 && report.capsuleCount == 2)
  }

  @Test func `who may see de-identified data only gets no key of the past`() throws {
    let grant = copy(of: bench.grant(), identity: .deidentified)
    #expect(try rewrap(grant) == Rewrap.Report())
    #expect(try capsules().isEmpty)
  }

  @Test func `a late capsule under any digits of a grant is entered as that grant's`() async throws
  {
    let grant = bench.grant()
    let service = try bench.service()
    _ = try service.submit(consent: bench.sign(grant))
    let name = CapsuleFileName.all(
      epoch: 1, recipient: grant.grantee.keyFingerprint, grant: grant.id)[2]
    let own = CapsuleFileName(epoch: 1, recipient: bench.patient.publicKey.keyFingerprint)
    let keys = try Capsule.open(
      try bench.vault().get(.capsule(bench.recording, own)), with: bench.patient,
      trusting: bench.bench.gateway.publicKey, recording: bench.recording)
    try service.add(
      capsule: Capsule.seal(
        keys: keys.filter { $0.category == ServiceBench.cardiac }, recording: bench.recording,
        to: grant.grantee, signedBy: bench.patient.signing),
      recording: bench.recording, name: name.text, by: bench.patient.publicKey.keyFingerprint)
    let trail = try await bench.trail()
    #expect(trail.lines.last?.record.kind == .keysAdded)
    #expect(trail.lines.last?.record.consent == grant.id)
  }
}

extension ErasureTests {
  @Test func `what is left of two grants' capsules for one reader is one capsule`() throws {
    let bench = try ErasureBench()
    let ids = [ConsentID.random(), ConsentID.random()]
    let keys = bench.keys.filter { $0.epoch == 1 }
    for id in ids {
      let name = CapsuleFileName(
        epoch: 1, recipient: bench.reader.publicKey.keyFingerprint, grant: id)
      try bench.vault.put(
        .capsule(bench.recording, name),
        Capsule.seal(
          keys: keys, recording: bench.recording, to: bench.reader.publicKey,
          signedBy: bench.gateway.identity))
    }
    try bench.erase(
      ErasureWish(categories: [ErasureBench.cardiac]), readers: [bench.reader.publicKey])
    let left = try bench.vault.list(ObjectName.capsules(bench.recording))
      .compactMap { CapsuleFileName($0.last) }
      .filter { $0.isFor(bench.reader.publicKey.keyFingerprint) }
    #expect(left.count == 1)
    let found = try Capsule.inspect(
      try bench.vault.get(.capsule(bench.recording, try required(left.first))))
    #expect(found.entries.map(\.category) == [ErasureBench.glucose])
  }
}
