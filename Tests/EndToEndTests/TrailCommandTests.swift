import Fluxgate
import FluxgateConsent
import FluxgateLedger
import FluxgateSeal
import FluxgateVault
import Foundation
import Testing

/// What `fluxgate trail` remembers of a vault's log, over restores of the log from older copies.
@Suite(
  .enabled(if: FluxgateProcess.executable != nil, "build the product fluxgate beside the tests"))
struct TrailCommandTests {
  /// A vault and its server's home, whose log holds one grant an entry.
  private struct Desk {
    let folder = "/tmp/fg-" + UUID().uuidString.prefix(8)
    let program: FluxgateProcess
    let patient: PatientSecret
    let home: VaultHome

    init() throws {
      try FileManager.default.createDirectory(
        atPath: folder + "/vault", withIntermediateDirectories: true)
      program = FluxgateProcess(home: folder + "/home")
      let file = folder + "/p.secret"
      let made = try program.run(
        "keys", "new", "--label", "study-001", "--out", file, "--no-passphrase")
      try #require(made.status == 0, "\(made)")
      patient = try KeyFiles.secret(file)
      home = VaultHome(path: folder + "/server")
      try home.create(logName: "vault.example/trail")
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    /// The log's signed checkpoint after so many more grants, in a file.
    func grow(_ count: Int) throws -> String {
      let service = try VaultService(
        vault: try DirectoryVault(folder + "/vault"), home: home, patient: patient.publicKey)
      for _ in 0..<count { _ = try service.submit(consent: try grant()) }
      let file = "\(folder)/\(service.ledger.head.size).checkpoint"
      try Data(service.checkpoint.bytes).write(to: URL(fileURLWithPath: file))
      return file
    }

    private func grant() throws -> [UInt8] {
      let now = Int64(Date().timeIntervalSince1970)
      let own = patient.publicKey.keyFingerprint
      let grant = ConsentGrant(
        effect: .permit, patient: own, signer: own,
        grantee: try #require(PatientSecret(name: "reader")).publicKey, categories: [1],
        purposes: ["TREAT"], valid: TimeWindow(from: now, until: now + 60), data: TimeWindow(),
        identity: .pseudonymous, termsDigest: SHA256.digest([1]), receipt: RandomBytes.make(16),
        created: now)
      return SignedConsent.sign(.grant(grant), by: patient.signing).bytes
    }

    func save(_ name: String) throws {
      try FileManager.default.copyItem(atPath: home.ledgerFolder, toPath: folder + name)
    }

    func restore(_ name: String) throws {
      try FileManager.default.removeItem(atPath: home.ledgerFolder)
      try FileManager.default.copyItem(atPath: folder + name, toPath: home.ledgerFolder)
    }

    func trail(since checkpoint: String? = nil) throws -> (status: Int32, said: String) {
      let ending = try program.run(
        ["trail", "--key", folder + "/p.secret", "--vault", folder + "/vault"]
          + ["--server", home.path] + (checkpoint.map { ["--since", $0] } ?? []))
      return (ending.status, ending.out.replacing("\n", with: " "))
    }

    /// The one checkpoint that is remembered.
    func kept() throws -> UInt64 {
      let seen = folder + "/home/seen"
      let name = try #require(
        try FileManager.default.contentsOfDirectory(atPath: seen)
          .first { $0.hasSuffix(".checkpoint") })
      let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(seen)/\(name)"))
      return try Checkpoint(SignedNote([UInt8](bytes)).text).size
    }
  }

  @Test func `an older checkpoint does not make the newest one forgotten`() throws {
    let desk = try Desk()
    defer { desk.remove() }
    let second = try desk.grow(2)
    #expect(try desk.trail().status == 0)
    _ = try desk.grow(1)
    try desk.save("/copy")
    _ = try desk.grow(2)
    let whole = try desk.trail(since: second)
    #expect(whole.status == 0)
    #expect(whole.said.contains("checkpoint of 2 entries"))
    #expect(try desk.kept() == 5)

    // Put back from the copy of three entries, which goes on from the checkpoint of two.
    try desk.restore("/copy")
    for since in [nil, second] {
      let cut = try desk.trail(since: since)
      #expect(cut.status == 4)
      #expect(cut.said.contains("has 3 entries and had 5"))
      #expect(try desk.kept() == 5)
    }
    // Grown again, it has another history.
    _ = try desk.grow(3)
    let other = try desk.trail(since: second)
    #expect(other.status == 4)
    #expect(other.said.contains("the first 5 entries are others than they were"))
    #expect(try desk.kept() == 5)
  }
}

/// The memory itself.
struct SeenLogsTests {
  private let folder = "/tmp/fg-" + UUID().uuidString.prefix(8)
  private let signing = SigningKey()

  private func note(_ size: UInt64, by key: SigningKey? = nil) throws -> SignedNote {
    let checkpoint = Checkpoint(origin: "log.example", size: size, root: .leaf([UInt8(size)]))
    return try SignedNote(text: checkpoint.text, name: "log.example", key: key ?? signing)
  }

  @Test func `the longest checkpoint stays, by key`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let seen = SeenLogs(GatewayHome(path: folder))
    let key = try #require(VerifierKey(name: "log.example", key: signing.publicKey))
    #expect(try seen.checkpoint(of: key) == nil)
    for (size, kept) in [(UInt64(50), UInt64(50)), (100, 100), (60, 100), (100, 100), (101, 101)] {
      try seen.keep(try note(size), of: key)
      #expect(try seen.checkpoint(of: key) == note(kept).bytes)
    }
    let second = SigningKey()
    let other = try #require(VerifierKey(name: "log.example", key: second.publicKey))
    #expect(try seen.checkpoint(of: other) == nil)
    try seen.keep(try note(3, by: second), of: other)
    #expect(try seen.checkpoint(of: other) == note(3, by: second).bytes)
    #expect(try seen.checkpoint(of: key) == note(101).bytes)
    // Of another key: neither kept, nor is what is kept forgotten.
    #expect(throws: Fault.self) { try seen.keep(try note(200, by: second), of: key) }
    #expect(try seen.checkpoint(of: key) == note(101).bytes)
  }

  @Test func `keys are remembered by patient and place, and a damaged one is said`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let seen = SeenLogs(GatewayHome(path: folder))
    let key = try #require(VerifierKey(name: "log.example", key: signing.publicKey))
    let patients = try ["a", "b"].map {
      try #require(PatientSecret(name: $0)).publicKey.keyFingerprint
    }
    try seen.keep(key, at: "https://vault.example", of: patients[0])
    #expect(try seen.key(at: "https://vault.example", of: patients[0]) == key)
    #expect(try seen.key(at: "https://vault.example", of: patients[1]) == nil)
    #expect(try seen.key(at: "https://other.example", of: patients[0]) == nil)
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder + "/seen").first)
    try Data("rubbish".utf8).write(to: URL(fileURLWithPath: "\(folder)/seen/\(name)"))
    let fault = #expect(throws: Fault.self) {
      try seen.key(at: "https://vault.example", of: patients[0])
    }
    #expect(fault?.code == "V43")
  }
}
