import Foundation
import Testing

/// The patient erases over the vault's folder, and the gateway follows; all by processes.
@Suite(
  .serialized,
  .enabled(if: FluxgateProcess.executable != nil, "build the product fluxgate beside the tests"))
struct EraseCommandTests {
  private func pushed(killed: Bool = false) throws -> CommandBench {
    let bench = try CommandBench(killed: killed)
    try FileManager.default.createDirectory(
      atPath: bench.folder + "/vault", withIntermediateDirectories: true)
    try done(bench, "push", bench.recording, "--vault", bench.vault, "--patient", bench.publicKey)
    return bench
  }

  @discardableResult
  private func done(
    _ bench: CommandBench, status: Int32 = 0, _ arguments: String...
  ) throws -> FluxgateProcess.Ending {
    let ending = try bench.program.run(arguments)
    #expect(ending.status == status, "\(arguments) \(ending)")
    #expect(ending.longLines.isEmpty, "\(arguments) \(ending.out)")
    return ending
  }

  private func files(_ folder: String) -> [String] {
    (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? [])
      .filter { name in
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
        return !isFolder.boolValue
      }
  }

  @Test func `everything of a person goes from vault and gateway, also after a kill`() throws {
    let bench = try pushed(killed: true)
    defer { bench.remove() }
    try Data([0x80]).write(to: URL(fileURLWithPath: bench.folder + "/home/cursors"))
    let shown = try done(
      bench, "erase", "--person", "--vault", bench.vault, "--key", bench.secret, "--dry-run")
    #expect(shown.out.contains("all categories"))
    #expect(!files(bench.vault + "/cap").isEmpty)
    try done(bench, "erase", "--person", "--vault", bench.vault, "--key", bench.secret)
    for place in ["cap", "salt", "span"] { #expect(files("\(bench.vault)/\(place)").isEmpty) }
    // The gateway still has its copy, and cannot bring it back.
    let refused = try done(
      bench, status: 2, "push", bench.recording, "--vault", bench.vault)
    #expect(refused.complaints.contains("E10"))
    let applied = try done(
      bench, "erase", "--apply", "--vault", bench.vault, "--recordings", bench.folder, "--json")
    #expect(applied.json != nil)
    #expect(files(bench.recording + "/capsules").isEmpty)
    #expect(files(bench.recording + "/journal").isEmpty)
    #expect(files(bench.recording + "/spans").isEmpty)
    #expect(!files(bench.recording).contains("salt"))
    #expect(!files(bench.folder + "/home").contains("cursors"))
    // The kill left it unclosed: that stays to be said, and nothing else.
    let verified = try done(
      bench, status: 3, "verify", bench.recording, "--patient", bench.publicKey)
    #expect(verified.out.contains("erased"))
    #expect(verified.out.contains("1 of 1 segments are proven"))
    let opened = try bench.program.run("open", bench.recording, "--key", bench.secret)
    #expect(opened.status != 0)
    try done(bench, "recover", bench.recording)
    #expect(files(bench.recording + "/capsules").isEmpty)
  }

  @Test func `a tombstone for a category that is not there leaves the rest to be opened`() throws {
    let bench = try pushed()
    defer { bench.remove() }
    let before = files(bench.vault)
    try done(
      bench, "erase", "--category", "glucose", "--vault", bench.vault, "--key", bench.secret)
    #expect(Set(files(bench.vault)).subtracting(before).allSatisfy { $0.hasPrefix("tomb/") })
    try done(
      bench, "erase", "--apply", bench.recording, "--vault", bench.vault, "--patient",
      bench.publicKey)
    let verified = try done(
      bench, "verify", bench.recording, "--patient", bench.publicKey)
    #expect(verified.out.contains("erased"))
    try done(bench, "open", bench.recording, "--key", bench.secret)
  }

  @Test func `a server erases a time for the patient, and the trail tells it`() throws {
    let bench = try pushed()
    defer { bench.remove() }
    let home = bench.folder + "/server"
    try done(bench, "vault", "new", "--home", home, "--name", "vault.example/trail")
    let out = bench.folder + "/served"
    let server = try bench.program.start(
      [
        "vault", "serve", "--vault", bench.vault, "--home", home, "--patient", bench.publicKey,
        "--listen", "127.0.0.1:0",
      ], out: out, complaints: bench.folder + "/server-complaints")
    defer {
      server.terminate()
      server.waitUntilExit()
    }
    let url = try address(in: out)
    // No file may have more than 1 KiB, and a capsule has: not one is written down on the way.
    let small = try bench.program.run(
      [
        "erase", "--from", "2020-01-01", "--vault", url, "--key", bench.secret, "--ledger",
        home + "/vault.pub",
      ], fileBlocks: 2)
    #expect(small.status == 0 && small.longLines.isEmpty, "\(small)")
    for place in ["cap", "span"] { #expect(files("\(bench.vault)/\(place)").isEmpty) }
    #expect(!files(bench.vault + "/salt").isEmpty, "no tombstone takes the whole recording")
    let trail = try done(
      bench, "trail", "--key", bench.secret, "--vault", url, "--ledger", home + "/vault.pub",
      "--home", bench.folder + "/home")
    #expect(trail.out.contains("erased"), "\(trail)")
    try done(
      bench, "erase", "--apply", bench.recording, "--vault", bench.vault)
    #expect(files(bench.recording + "/capsules").isEmpty)
    try done(bench, "verify", bench.recording, "--patient", bench.publicKey)
  }

  private func address(in file: String) throws -> String {
    let limit = Date(timeIntervalSinceNow: 20)
    while Date() < limit {
      let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
      if let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Vault on ") }) {
        return String(line.dropFirst(9))
      }
      usleep(50_000)
    }
    throw CocoaError(.fileReadUnknown)
  }

  @Test func `a scope that says nothing, or a time where nothing is, erases nothing`() throws {
    let bench = try pushed()
    defer { bench.remove() }
    let before = files(bench.vault)
    for (status, code, scope) in [
      (2, "E23", []), (2, "E23", ["--person", "--category", "glucose"]),
      (2, "E24", ["--recording", "12"]), (2, "E12", ["--until", "1970-01-02"]),
      (2, "E25", ["--from", "2026-01-02", "--until", "2026-01-01"]),
      (2, "E20", ["--person", bench.recording]),
    ] as [(Int32, String, [String])] {
      let ending = try bench.program.run(
        ["erase", "--vault", bench.vault, "--key", bench.secret] + scope)
      #expect(ending.status == status && ending.complaints.contains(code), "\(scope) \(ending)")
    }
    #expect(files(bench.vault) == before)
  }
}

extension CommandBench {
  fileprivate var vault: String { folder + "/vault" }
}
