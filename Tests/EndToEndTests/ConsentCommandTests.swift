import Foundation
import Testing

/// The consent commands on a vault's folder, run as processes.
@Suite(
  .enabled(if: FluxgateProcess.executable != nil, "build the product fluxgate beside the tests"))
struct ConsentCommandTests {
  /// A folder with keys of three people and an empty vault.
  private struct Desk {
    let folder = "/tmp/fg-" + UUID().uuidString.prefix(8)
    let program: FluxgateProcess

    init() throws {
      try FileManager.default.createDirectory(
        atPath: folder + "/vault", withIntermediateDirectories: true)
      program = FluxgateProcess(home: folder + "/home")
      for (label, name) in [("study-001", "p"), ("cardiologist", "d"), ("nurse", "n")] {
        let out = "\(folder)/\(name).secret"
        let ending = try program.run(
          "keys", "new", "--label", label, "--out", out, "--no-passphrase")
        try #require(ending.status == 0, "\(ending)")
      }
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    func consent(_ arguments: [String], by person: String = "p") throws -> FluxgateProcess.Ending {
      let place = ["--vault", folder + "/vault", "--key", "\(folder)/\(person).secret"]
      let ending = try program.run(["consent"] + arguments + place)
      // JSON is not wrapped.
      #expect(arguments.contains("--json") || ending.longLines.isEmpty, "\(ending)")
      return ending
    }

    func grant(_ more: [String], by person: String = "p", to reader: String = "d") throws
      -> FluxgateProcess.Ending
    {
      try consent(
        ["grant", "--to", "\(folder)/\(reader).pub", "--purpose", "TREAT"] + more, by: person)
    }

    func id(_ ending: FluxgateProcess.Ending) throws -> String {
      try #require((ending.json as? [String: Any])?["id"] as? String, "\(ending)")
    }

    func explain(_ reader: String, _ more: [String]) throws -> [String: Any] {
      let ending = try consent(
        ["explain", "--reader", "\(folder)/\(reader).pub", "--purpose", "TREAT", "--json"] + more)
      return try #require(ending.json as? [String: Any], "\(ending)")
    }
  }

  @Test func `a grant of ninety days is shown, explained and ended`() throws {
    let desk = try Desk()
    defer { desk.remove() }
    let start = 1_780_272_000
    let made = try desk.grant(
      ["--category", "cardiac,derived", "--days", "90", "--from", "\(start)", "--json"])
    let id = try desk.id(made)
    let end = start + 90 * 86_400
    let request = ["--category", "cardiac", "--at"]
    #expect(try desk.explain("d", request + ["\(start)"])["permit"] as? Bool == true)
    #expect(try desk.explain("d", request + ["\(end - 1)"])["permit"] as? Bool == true)
    #expect(try desk.explain("d", request + ["\(end)"])["refusal"] as? String == "expired")
    #expect(try desk.explain("n", request + ["\(start)"])["refusal"] as? String == "grantee")
    let shown = try desk.consent(["show", id])
    #expect(shown.status == 0 && shown.out.contains("this summary"))
    #expect(shown.out.contains("cardiologist") && shown.out.contains("cardiac, derived"))
    let revoked = try desk.consent(["revoke", id, "--reason", "no-longer-needed"])
    #expect(revoked.status == 0 && revoked.out.contains("cannot be unread"))
    #expect(try desk.consent(["list"]).out.contains("revoked, since"))
  }

  @Test func `a delegate passes on what was allowed and nothing else`() throws {
    let desk = try Desk()
    defer { desk.remove() }
    let root = try desk.id(
      try desk.grant(["--category", "cardiac", "--days", "9", "--delegate", "1", "--json"]))
    let passing = ["--parent", root, "--patient", desk.folder + "/p.pub", "--days", "90"]
    let wide = try desk.grant(["--category", "glucose"] + passing, by: "d", to: "n")
    #expect(wide.status == 2 && wide.complaints.contains("G22"))
    let child = try desk.grant(["--category", "cardiac"] + passing, by: "d", to: "n")
    #expect(child.status == 0, "\(child)")
    #expect(try desk.explain("n", ["--category", "cardiac"])["permit"] as? Bool == true)
    let stranger = try desk.grant(["--category", "cardiac"] + passing, by: "n", to: "n")
    #expect(stranger.status == 2 && stranger.complaints.contains("G04"))
    #expect(try desk.consent(["revoke", root]).status == 0)
    #expect(try desk.explain("n", ["--category", "cardiac"])["refusal"] as? String == "revoked")
  }

  @Test func `a server's receipt is checked and kept, and a wrong key is told`() throws {
    let desk = try Desk()
    defer { desk.remove() }
    let (folder, program) = (desk.folder, desk.program)
    for home in ["server", "other"] {
      let made = try program.run(
        "vault", "new", "--home", "\(folder)/\(home)", "--name", "vault.example/trail")
      try #require(made.status == 0, "\(made)")
    }
    let server = try program.start(
      [
        "vault", "serve", "--vault", folder + "/vault", "--home", folder + "/server",
        "--patient", folder + "/p.pub", "--listen", "127.0.0.1:0",
      ], out: folder + "/served", complaints: folder + "/complaints")
    defer {
      server.terminate()
      server.waitUntilExit()
    }
    let url = try address(in: folder + "/served")
    let grant = { (person: String, reader: String, more: [String]) in
      try program.run(
        [
          "consent", "grant", "--vault", url, "--key", "\(folder)/\(person).secret", "--to",
          "\(folder)/\(reader).pub", "--category", "cardiac", "--purpose", "TREAT", "--days", "9",
          "--json",
        ] + more)
    }
    let log = ["--ledger", folder + "/server/vault.pub"]
    let file = folder + "/receipt"
    let made = try grant("p", "d", log + ["--delegate", "1", "--receipt", file])
    #expect(made.status == 0, "\(made)")
    #expect(FileManager.default.fileExists(atPath: file))
    let again = try grant("p", "d", log + ["--receipt", file])
    #expect(again.status == 2 && again.out.contains("G26"))
    // Passed on over HTTP: the parent is in the list that the server gives.
    let passing = ["--parent", try desk.id(made), "--patient", folder + "/p.pub"]
    #expect(try grant("d", "n", log + passing).status == 0)
    let wrong = try grant("p", "n", ["--ledger", folder + "/other/vault.pub"])
    #expect(wrong.status == 4 && wrong.out.contains("G27"), "\(wrong)")
    let revoked = try program.run(
      "consent", "revoke", try desk.id(made), "--vault", url, "--key", folder + "/p.secret")
    #expect(revoked.status == 0 && revoked.out.contains("taken from the vault itself"))
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

  @Test func `a denial wins, and strange objects are named`() throws {
    let desk = try Desk()
    defer { desk.remove() }
    _ = try desk.grant(["--category", "cardiac", "--days", "9"])
    #expect(try desk.explain("d", ["--category", "cardiac"])["permit"] as? Bool == true)
    _ = try desk.grant(["--category", "cardiac", "--days", "9", "--deny"])
    #expect(try desk.explain("d", ["--category", "cardiac"])["refusal"] as? String == "denied")
    try Data([1]).write(to: URL(fileURLWithPath: desk.folder + "/vault/consent/00"))
    let list = try desk.consent(["list"])
    #expect(list.status == 4 && list.out.contains("DOES NOT COUNT: consent/00"))
  }

  @Test(arguments: [
    ["--category", "heart", "--days", "9"], ["--category", "", "--days", "9"],
    ["--category", "cardiac"], ["--category", "cardiac", "--days", "0"],
    ["--category", "cardiac", "--days", "9", "--until", "2030-01-01"],
    ["--category", "cardiac", "--until", "2020-01-01"],
    ["--category", "cardiac", "--days", "3", "--from", "253402300798"],
    ["--category", "cardiac", "--days", "3", "--from", "9223372036854775807"],
    ["--category", "cardiac", "--days", "3", "--from", "-5"],
    ["--category", "cardiac", "--days", "9", "--purpose", "FUN"],
    ["--category", "cardiac", "--days", "9", "--purpose", ""],
    ["--category", "cardiac", "--days", "9", "--action", "write"],
    ["--category", "cardiac", "--days", "9", "--identity", "all"],
    ["--category", "cardiac", "--days", "9", "--term", "XYZ"],
    ["--category", "cardiac", "--days", "9", "--data-from", "9", "--data-until", "9"],
    ["--category", "cardiac", "--days", "9", "--parent", "00"],
    ["--category", "cardiac", "--days", "9", "--deny", "--delegate", "1"],
    ["--category", "cardiac", "--days", "9", "--deny", "--past"],
    ["--category", "cardiac", "--days", "9", "--receipt", "/tmp/fg-none"],
    ["--category", "cardiac", "--days", "9", "--from", "yesterday"],
    ["--category", "cardiac", "--days", "many"], ["--days", "9"],
  ])
  func `what no record can hold is refused and nothing is stored`(_ more: [String]) throws {
    let desk = try Desk()
    defer { desk.remove() }
    let ending = try desk.grant(more)
    #expect(ending.status == 2 && ending.complaints.contains("  Try: "), "\(more) \(ending)")
    #expect(!FileManager.default.fileExists(atPath: desk.folder + "/vault/consent"))
  }
}
