import Foundation
import Testing

@testable import FluxgateSeal

/// Other programs open what we write and write what we open. Needed when FLUXGATE_REQUIRE_PEERS=1.
@Suite(
  .enabled(
    if: KeyBackupPeer.isWanted,
    "pyrage, shamir-mnemonic or age is missing; name a Python that has them in FLUXGATE_PEER_PYTHON"
  )
)
struct KeyBackupPeerTests {
  private let secret = RandomBytes.make(32)
  private let passphrase = "four words on paper"

  @Test func `the reference of SLIP-0039 combines our shares`() throws {
    let plan = try SharePlan(text: "2of3,3of5", groupThreshold: 2)
    for isExtendable in [true, false] {
      let groups = try SecretShares.split(
        secret, by: plan, passphrase: Array(passphrase.utf8), isExtendable: isExtendable)
      let some = groups[0].suffix(2) + groups[1].suffix(3)
      let out = try KeyBackupPeer.run(
        "combine", passphrase, input: some.map(\.mnemonic).joined(separator: "\n"))
      #expect(String(decoding: out, as: UTF8.self) == Hexadecimal.encode(secret) + "\n")
    }
  }

  @Test func `we combine the reference's shares`() throws {
    let out = try KeyBackupPeer.run("split", Hexadecimal.encode(secret), passphrase)
    let shares = try String(decoding: out, as: UTF8.self).split(separator: "\n")
      .map { try Share(mnemonic: String($0)) }
    #expect(shares.count == 4)
    #expect(try SecretShares.combine(shares, passphrase: Array(passphrase.utf8)) == secret)
  }

  @Test func `age, in Go and in Rust, opens our locked files`() throws {
    let content = Array(try #require(PatientSecret(name: "study-017")).text.utf8)
    let folder = try KeyBackupPeer.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("patient.secret")
    let locked = try LockedFile.lock(content, passphrase: Array(passphrase.utf8), work: 10)
    try Data(locked).write(to: file)
    for program in ["rage-open", "age-open"] {
      #expect(try KeyBackupPeer.run(program, file.path, passphrase) == content, "\(program)")
    }
    #expect(throws: (any Error).self) { try KeyBackupPeer.run("age-open", file.path, "another") }
  }

  @Test func `we open what age locked`() throws {
    let folder = try KeyBackupPeer.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("plain")
    try Data(secret).write(to: file)
    _ = try KeyBackupPeer.run("age-lock", file.path, passphrase)
    let locked = [UInt8](try Data(contentsOf: file.appendingPathExtension("age")))
    #expect(try LockedFile.unlock(locked, passphrase: Array(passphrase.utf8)) == secret)
  }
}

enum KeyBackupPeer {
  static let isWanted = environment["FLUXGATE_REQUIRE_PEERS"] == "1" || isInstalled

  private static let environment = ProcessInfo.processInfo.environment

  private static var isInstalled: Bool {
    let parts = [
      ["/bin/sh", "-c", "command -v age"], [python, "-c", "import pyrage, shamir_mnemonic"],
    ]
    return parts.allSatisfy { (try? start($0, input: "")) != nil }
  }

  private static let python = environment["FLUXGATE_PEER_PYTHON"] ?? "python3"

  static func folder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("fluxgate-backup-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  static func run(_ arguments: String..., input: String = "") throws -> [UInt8] {
    let script = SharedFixtures.package.appendingPathComponent("Tests/Peers/key_backup.py").path
    return try start([python, script] + arguments, input: input)
  }

  private static func start(_ command: [String], input: String) throws -> [UInt8] {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    let (source, target) = (Pipe(), Pipe())
    process.standardInput = source
    process.standardOutput = target
    process.standardError = FileHandle.nullDevice
    try process.run()
    try source.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try source.fileHandleForWriting.close()
    let out = try target.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(status: process.terminationStatus) }
    return [UInt8](out)
  }

  private struct Failed: Error { let status: Int32 }
}
