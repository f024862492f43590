import FluxgateConsent
import FluxgateLedger
import FluxgateSeal
import Foundation
import Synchronization
import Testing

@testable import FluxgateVault

@Suite struct TrailTests {
  let bench: ServiceBench

  init() throws { bench = try ServiceBench() }

  /// A grant, a release, a refusal, a release: entries 0 to 3.
  @discardableResult
  private func story() throws -> SignedNote {
    let service = try bench.service()
    let reader = bench.cardiologist.publicKey
    _ = try service.submit(consent: bench.sign(bench.grant()))
    _ = try service.release(try bench.request(), by: reader)
    _ = denied { _ = try service.release(try bench.request([ServiceBench.glucose]), by: reader) }
    _ = try service.release(try bench.request(), by: bench.patient.publicKey)
    return service.checkpoint
  }

  private func record(_ index: UInt64) throws -> ObjectName {
    let bundle = try bench.bench.read(bench.home.ledgerFolder + "/tile/entries/000.p/4")
    return .trail(try required(EntryBundle.decode(bundle))[Int(index)])
  }

  @Test func `the patient reads what happened, and nobody else does`() async throws {
    let checkpoint = try story()
    let report = try await bench.trail(since: checkpoint.bytes)
    #expect(report.isSound, "\(report.findings)")
    #expect(report.comparedSize == 4)
    #expect(report.lines.map(\.index) == [0, 1, 2, 3])
    #expect(report.lines.map(\.record.kind) == [.consentGranted, .released, .refused, .released])
    #expect(report.lines[1].record.purpose == "TREAT")
    #expect(report.lines[1].record.consent == report.lines[0].record.consent)
    let stranger = try await bench.trail(by: bench.stranger)
    #expect(stranger.lines.isEmpty)
    #expect(
      stranger.findings.filter { if case .recordAltered = $0 { true } else { false } }.count == 4)
  }

  @Test func `nothing of a record is in the ledger or the sealed object's size`() throws {
    try story()
    let sizes = try (0..<4).map { try bench.bench.read(bench.bench.place(try record($0))).count }
    #expect(Set(sizes).count == 1)
    let ledger = try bench.bench.contents(bench.home.path).filter { !$0.key.hasPrefix("receipts") }
    let reader = Data(bench.cardiologist.publicKey.keyFingerprint.bytes)
    for (name, bytes) in ledger { #expect(Data(bytes).range(of: reader) == nil, "\(name)") }
  }

  @Test(arguments: [0, 1200, 1700]) func `an altered record is found`(offset: Int) async throws {
    try story()
    try bench.bench.flip(bench.bench.place(try record(1)), at: min(offset, 1600))
    #expect(try await bench.trail().findings == [.recordAltered(index: 1)])
  }

  @Test func `a record that was removed is found`() async throws {
    try story()
    try bench.vault().delete(try record(2))
    #expect(try await bench.trail().findings == [.recordMissing(index: 2)])
  }

  @Test func `two records that were swapped are found`() async throws {
    try story()
    try bench.bench.swap(try record(1), try record(3))
    #expect(
      try await bench.trail().findings == [.recordAltered(index: 1), .recordAltered(index: 3)])
  }

  @Test func `an entry that was altered, and two that were swapped, are found`() async throws {
    try story()
    let path = bench.home.ledgerFolder + "/tile/entries/000.p/4"
    let whole = try bench.bench.read(path)
    try bench.bench.flip(path, at: 34 + 10)
    #expect(
      try await bench.trail().findings
        == [.entry(index: 1), .tree, .recordMissing(index: 1)])
    let swapped = Array(whole[0..<34] + whole[68..<102] + whole[34..<68] + whole[102...])
    try bench.bench.write(path, swapped)
    let findings = try await bench.trail().findings
    #expect(findings == [.entry(index: 1), .entry(index: 2), .tree])
    // With the tile of hashes altered as well, the root still tells.
    let tile = bench.home.ledgerFolder + "/tile/0/000.p/4"
    let hashes = try bench.bench.read(tile)
    try bench.bench.write(
      tile, Array(hashes[0..<32] + hashes[64..<96] + hashes[32..<64] + hashes[96...]))
    #expect(try await bench.trail().findings == [.tree])
  }

  @Test func `an entry that was dropped is found`() async throws {
    try story()
    let path = bench.home.ledgerFolder + "/tile/entries/000.p/4"
    let whole = try bench.bench.read(path)
    try bench.bench.write(path, Array(whole[0..<34] + whole[68...]))
    #expect(try await bench.trail().findings == [.tile(path: "tile/entries/000.p/4")])
  }

  @Test func `a copy put back is found by an older checkpoint, and only by it`() async throws {
    var service: VaultService? = try bench.service()
    _ = try service?.submit(consent: bench.sign(bench.grant()))
    service = nil
    let copy = bench.bench.root + "/copy"
    try FileManager.default.copyItem(atPath: bench.home.ledgerFolder, toPath: copy)
    service = try bench.service()
    _ = try service?.release(try bench.request(), by: bench.cardiologist.publicKey)
    let seen = try required(service?.checkpoint)
    service = nil
    try FileManager.default.removeItem(atPath: bench.home.ledgerFolder)
    try FileManager.default.moveItem(atPath: copy, toPath: bench.home.ledgerFolder)
    let blind = try await bench.trail()
    #expect(blind.isSound)
    #expect(blind.comparedSize == nil)
    #expect(try await bench.trail(since: seen.bytes).findings == [.shorter(size: 1, before: 2)])
  }

  @Test func `a history rewritten under the log's own key is found`() async throws {
    let seen = try story()
    let identity = try bench.home.identity()
    try FileManager.default.removeItem(atPath: bench.home.ledgerFolder)
    let log = try EmbeddedLog(
      directory: bench.home.ledgerFolder, origin: identity.logName, key: identity.log)
    let ledger = VaultLedger(
      vault: try bench.vault(), log: log, patient: bench.patient.publicKey)
    for place in 0..<5 {
      _ = try ledger.enter(
        TrailRecord(.refused, at: Int64(place), by: bench.stranger.publicKey.keyFingerprint))
    }
    // The consent that the new history does not know of is still there.
    let stray = TrailFinding.unentered(try required(try bench.vault().list("consent/").first).text)
    #expect(try await bench.trail().findings == [stray])
    #expect(
      try await bench.trail(since: seen.bytes).findings == [.rewritten(before: 4), stray])
  }

  @Test func `another log's checkpoint is neither taken nor compared with`() async throws {
    try story()
    let other = try ServiceBench()
    let foreign = try other.service().checkpoint.bytes
    let report = try await bench.trail(since: foreign)
    #expect(report.comparedSize == nil)
    #expect(report.findings.count == 1)
    guard case .olderCheckpoint = report.findings.first else {
      Issue.record("\(report.findings)")
      return
    }
    try bench.bench.write(bench.home.ledgerFolder + "/checkpoint", foreign)
    guard case .checkpoint = try await bench.trail().findings.first else {
      Issue.record("a foreign checkpoint was taken")
      return
    }
  }

  @Test func `data that left without a grant is found`() async throws {
    let service = try bench.service()
    let grant = bench.grant()
    let consent = try service.submit(consent: bench.sign(grant)).consent
    let reader = bench.cardiologist.publicKey.keyFingerprint
    var made = TrailRecord(.released, at: Int64(Date().timeIntervalSince1970), by: reader)
    made.categories = [ServiceBench.glucose]
    made.purpose = "TREAT"
    made.action = .read
    made.identity = .pseudonymous
    _ = try service.trail.enter(made)
    made.consent = consent
    _ = try service.trail.enter(made)
    made.categories = [ServiceBench.cardiac]
    _ = try service.trail.enter(made)
    _ = try service.submit(consent: bench.revocation(of: grant))
    var late = TrailRecord(.released, at: Int64(Date().timeIntervalSince1970), by: reader)
    late.consent = consent
    late.categories = [ServiceBench.cardiac]
    late.purpose = "TREAT"
    late.action = .read
    late.identity = .pseudonymous
    _ = try service.trail.enter(late)
    let early = TrailRecord(.refused, at: 5, by: reader)
    _ = try service.trail.enter(early)
    #expect(
      try await bench.trail().findings
        == [
          .unpermitted(index: 1, nil), .unpermitted(index: 2, .category),
          .unpermitted(index: 5, .revoked), .time(index: 6),
        ].sorted { "\($0)" < "\($1)" }.sorted { index($0) < index($1) })
  }

  private func index(_ finding: TrailFinding) -> UInt64 {
    switch finding {
    case .unpermitted(let index, _), .time(let index): index
    default: .max
    }
  }

  @Test func `a consent that is gone is found`() async throws {
    try story()
    let name = try required(try bench.vault().list("consent/").first)
    try bench.vault().delete(name)
    let findings = try await bench.trail().findings
    #expect(findings.contains(.consentMissing(index: 0, ConsentID(text: name.last))))
    #expect(findings.contains(.unpermitted(index: 1, nil)))
  }

  @Test func `a consent without an entry is found, and what does not count is not`() async throws {
    try story()
    let end = bench.revocation(of: bench.grant())
    let stray = ObjectName.consent(try SignedConsent(end).record.id)
    let foreign = bench.grant()
    try bench.vault().put(stray, end)
    try bench.vault().put(try ObjectName("consent/notes"), [1])
    try bench.vault().put(
      .consent(foreign.id), SignedConsent.sign(.grant(foreign), by: bench.stranger.signing).bytes)
    #expect(try await bench.trail().findings == [.unentered(stray.text)])
    // The server enters it when it looks.
    _ = try bench.service()
    #expect(try await bench.trail().isSound)
  }

  @Test func `tombstones and entries of erasures are compared both ways`() async throws {
    let scope = ErasureScope(categories: [9])
    let file = Tombstone(of: scope, patient: bench.patient.publicKey, created: 1_700_000_000)
      .signed(by: bench.patient)
    let name = ObjectName.tombstone(try Tombstone.open(file))
    try story()
    try bench.vault().put(name, file)
    #expect(try await bench.trail().findings == [.unentered(name.text)])
    var service: VaultService? = try bench.service()
    #expect(try service?.tombstones() == [file])
    service = nil
    #expect(try await bench.trail().isSound)
    try bench.vault().delete(name)
    #expect(try await bench.trail().findings == [.tombstoneMissing(index: 4)])
    let other = Tombstone(of: scope, patient: bench.patient.publicKey, created: 1_700_000_001)
      .signed(by: bench.patient)
    try bench.bench.write(bench.bench.place(name), other)
    #expect(try await bench.trail().findings == [.tombstoneMissing(index: 4)])
  }

  @Test func `each of several older checkpoints is compared with`() async throws {
    var service: VaultService? = try bench.service()
    _ = try service?.submit(consent: bench.sign(bench.grant()))
    let early = try required(service?.checkpoint)
    _ = try service?.release(try bench.request(), by: bench.cardiologist.publicKey)
    let late = try required(service?.checkpoint)
    service = nil
    let whole = try await bench.trail(since: early.bytes, late.bytes)
    #expect(whole.isSound)
    #expect(whole.comparedSizes == [1, 2])
    try FileManager.default.removeItem(atPath: bench.home.ledgerFolder)
    let identity = try bench.home.identity()
    let log = try EmbeddedLog(
      directory: bench.home.ledgerFolder, origin: identity.logName, key: identity.log)
    _ = try VaultLedger(vault: try bench.vault(), log: log, patient: bench.patient.publicKey)
      .enter(TrailRecord(.refused, at: 1, by: bench.stranger.publicKey.keyFingerprint))
    let stray = TrailFinding.unentered(try required(try bench.vault().list("consent/").first).text)
    #expect(
      try await bench.trail(since: late.bytes, early.bytes).findings
        == [.shorter(size: 1, before: 2), .rewritten(before: 1), stray])
  }

  /// A log whose key's holder signs any size, and serves as many bundles as `bundles` says.
  private func hostile(size: UInt64, bundles: Int = 0) throws -> (TrailSource, Asked) {
    let identity = try bench.home.identity()
    let text = Checkpoint(origin: identity.logName, size: size, root: .root(of: [])).text
    let note = try SignedNote(text: text, name: identity.logName, key: identity.log)
    let asked = Asked()
    let entry = [UInt8](repeating: 1, count: 32)
    let bundle = EntryBundle.encode([[UInt8]](repeating: entry, count: 256))
    return (
      TrailSource(
        checkpoint: { () throws(TrailError) in note.bytes },
        tile: { (address) throws(TrailError) in
          asked.add(address)
          return address.level == .entries && address.index < bundles ? bundle : nil
        },
        records: { (_, _) throws(TrailError) in [:] },
        consents: { () throws(TrailError) in [] },
        tombstones: { () throws(TrailError) in [] }), asked
    )
  }

  @Test(arguments: [Trail.entryCountMax + 1, 1 << 60, .max])
  func `a size that nobody can read is a finding by itself`(size: UInt64) async throws {
    let (source, asked) = try hostile(size: size)
    let report = try await Trail.read(
      source, log: try bench.verifierKey, secret: bench.patient)
    #expect(report.findings == [.tooLong(size: size)])
    #expect(asked.addresses.isEmpty)
  }

  @Test func `nothing is asked for beyond the first bundle that is missing`() async throws {
    let (source, asked) = try hostile(size: Trail.entryCountMax, bundles: 2)
    let report = try await Trail.read(
      source, log: try bench.verifierKey, secret: bench.patient)
    #expect(report.findings.first == .tile(path: "tile/entries/002"))
    #expect(report.findings.count == 1 + 512)
    #expect(asked.addresses.map(\.index) == [0, 0, 1, 1, 2])
  }
}

private final class Asked: Sendable {
  private let held = Mutex<[TileAddress]>([])
  var addresses: [TileAddress] { held.withLock { $0 } }
  func add(_ address: TileAddress) { held.withLock { $0.append(address) } }
}
