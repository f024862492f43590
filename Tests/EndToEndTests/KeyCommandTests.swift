import Foundation
import Testing

/// The key commands as processes: locked files, sheets, and a secret that comes back from them.
@Suite(
  .enabled(if: FluxgateProcess.executable != nil, "build the product fluxgate beside the tests"))
struct KeyCommandTests {
  private let folder: String
  private let program: FluxgateProcess
  private let passphrase: String
  private let other: String

  init() throws {
    folder = "/tmp/fg-" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    program = FluxgateProcess(home: folder + "/home")
    passphrase = folder + "/passphrase"
    other = folder + "/other"
    try "four words on paper\n".write(toFile: passphrase, atomically: true, encoding: .utf8)
    try "another passphrase\n".write(toFile: other, atomically: true, encoding: .utf8)
  }

  private func path(_ name: String) -> String { folder + "/" + name }

  /// Runs a command, wants this status and lines of 80 columns, and gives what it said.
  @discardableResult
  private func run(
    _ status: Int32, _ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> FluxgateProcess.Ending {
    let ending = try program.run(arguments)
    #expect(ending.status == status, "\(arguments) \(ending)", sourceLocation: sourceLocation)
    #expect(ending.longLines.isEmpty, "\(ending.longLines)", sourceLocation: sourceLocation)
    return ending
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path(name))), as: UTF8.self)
  }

  /// A key with a readable secret, and the sheets of it.
  private func sheets(_ plan: [String], of name: String = "p") throws -> [String] {
    try run(
      0,
      ["keys", "new", "--label", "study-017", "--out", path("\(name).secret"), "--no-passphrase"]
    )
    let ending = try run(
      0,
      [
        "keys", "split", "--secret", path("\(name).secret"), "--out", path("sheets-\(name)"),
        "--json",
      ]
        + plan)
    let report = try #require(ending.json as? [String: Any])
    return try #require(report["sheets"] as? [String])
  }

  @Test func `without a passphrase and without a word for it no secret is written`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let made = ["keys", "new", "--label", "study-017", "--out", path("p.secret")]
    #expect(try run(2, made).complaints.hasPrefix("K16"))
    #expect(try run(2, ["keys", "gateway"]).complaints.hasPrefix("K16"))
    #expect(!FileManager.default.fileExists(atPath: path("p.secret")))
    #expect(!FileManager.default.fileExists(atPath: path("home/gateway.key")))
  }

  @Test func `a locked secret opens with its passphrase only, and can get another`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let secret = path("p.secret")
    let made = ["keys", "new", "--label", "study-017", "--out", secret, "--work", "10"]
    try run(0, made + ["--passphrase-file", passphrase])
    #expect(try text("p.secret").hasPrefix("age-encryption.org/v1\n-> scrypt "))
    #expect(try !text("p.secret").contains("study-017"))
    let show = ["keys", "show", secret]
    #expect(try run(2, show).complaints.hasPrefix("K11"))
    #expect(try run(2, show + ["--passphrase-file", other]).complaints.hasPrefix("K12"))
    try run(0, show + ["--passphrase-file", passphrase])
    try run(
      0,
      [
        "keys", "lock", secret, "--passphrase-file", passphrase, "--new-passphrase-file", other,
        "--work", "10",
      ])
    #expect(try run(2, show + ["--passphrase-file", passphrase]).complaints.hasPrefix("K12"))
    try run(0, show + ["--passphrase-file", other])
    try Data(Data(contentsOf: URL(fileURLWithPath: secret)).dropLast())
      .write(to: URL(fileURLWithPath: secret))
    #expect(try run(2, show + ["--passphrase-file", other]).complaints.hasPrefix("K13"))
  }

  @Test func `a gateway's key is locked later, and its card needs no passphrase`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try run(0, ["keys", "gateway", "--no-passphrase"])
    let key = path("home/gateway.key")
    try run(0, ["keys", "lock", key, "--passphrase-file", passphrase, "--work", "10"])
    #expect(try text("home/gateway.key").hasPrefix("age-encryption.org/v1\n"))
    try run(0, ["keys", "gateway"])
    try FileManager.default.removeItem(atPath: path("home/gateway.pub"))
    #expect(try run(2, ["keys", "gateway"]).complaints.hasPrefix("K11"))
    try run(0, ["keys", "gateway", "--passphrase-file", passphrase])
    #expect(FileManager.default.fileExists(atPath: path("home/gateway.pub")))
    let lock = ["keys", "lock", path("home/gateway.pub"), "--passphrase-file", passphrase]
    #expect(try run(2, lock).complaints.hasPrefix("K07"))
  }

  @Test func `a lost secret comes back from two sheets of three, as it was`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let sheets = try sheets(["--share", "2of3"])
    let lost = try text("p.secret")
    try FileManager.default.removeItem(atPath: path("p.secret"))
    let recover = ["keys", "recover", "--out", path("p.secret"), "--no-passphrase"]
    #expect(try run(1, recover + [sheets[1]]).complaints.hasPrefix("K22"))
    #expect(!FileManager.default.fileExists(atPath: path("p.secret")))
    try run(0, recover + [sheets[2], sheets[0]])
    #expect(try text("p.secret") == lost)
    #expect(try run(2, recover + [sheets[2], sheets[0]]).complaints.hasPrefix("H01"))
  }

  @Test func `a wrong word costs its sheet, and the others do it`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let sheets = try sheets(["--share", "2of3"])
    let text = try String(contentsOfFile: sheets[0], encoding: .utf8)
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("  11 ") }
    try lines.joined(separator: "\n").write(toFile: sheets[0], atomically: true, encoding: .utf8)
    let recover = ["keys", "recover", "--out", path("back.secret"), "--no-passphrase"]
    let missing = try run(1, recover + sheets.prefix(2))
    #expect(missing.complaints.hasPrefix("K22") && missing.complaints.contains("without a gap"))
    let ending = try run(0, recover + sheets)
    #expect(ending.out.contains("not read"))
  }

  @Test func `sheets of another key, or without a fingerprint, are not believed`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let sheets = try sheets(["--share", "2of3", "--share-passphrase-file", passphrase])
    _ = try self.sheets(["--share", "2of2"], of: "q")
    let recover = ["keys", "recover", "--out", path("back.secret"), "--no-passphrase"] + sheets
    let unlocked = recover + ["--share-passphrase-file", passphrase]
    #expect(try run(1, recover).complaints.hasPrefix("K23"), "without the shares' passphrase")
    #expect(try run(1, unlocked + ["--patient", path("q.pub")]).complaints.hasPrefix("K23"))
    let bare = try sheets.map { sheet in
      let tokens = try String(contentsOfFile: sheet, encoding: .utf8).split(separator: "\n")
        .filter { $0.hasPrefix("  ") }.flatMap { $0.split(separator: " ") }
      let pairs = stride(from: 0, to: tokens.count, by: 2).map { (Int(tokens[$0]), tokens[$0 + 1]) }
      let words = pairs.sorted { ($0.0 ?? 0) < ($1.0 ?? 0) }.map(\.1).joined(separator: " ")
      try words.write(toFile: sheet + ".words", atomically: true, encoding: .utf8)
      return sheet + ".words"
    }
    let words = ["keys", "recover", "--out", path("back.secret"), "--no-passphrase"] + bare
    #expect(try run(2, words).complaints.hasPrefix("K25"))
    let known = ["--patient", path("p.pub"), "--share-passphrase-file", passphrase]
    try run(0, words + known)
    #expect(try text("back.secret") == (try text("p.secret")))
  }

  @Test func `a new set is made, and it is said that the old one still opens`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let old = try sheets(["--share", "2of3"])
    let rotate = ["keys", "rotate-shares", old[0], "--out", path("new"), "--share"]
    let said = try run(0, rotate + ["2of2,2of3", "--groups", "2", "--secret", path("p.secret")])
    #expect(said.out.contains("STILL GIVE THE SAME SECRET: 2 of group 1 are"))
    let new = try FileManager.default.contentsOfDirectory(atPath: path("new")).sorted()
    #expect(new.count == 5)
    let recover = ["keys", "recover", "--no-passphrase", "--out", path("back.secret")]
    let mixed = try run(1, recover + [old[0], path("new/" + new[0])])
    #expect(mixed.complaints.hasPrefix("K22"))
    try run(0, recover + new.prefix(4).map { path("new/" + $0) })
    _ = try sheets(["--share", "2of2"], of: "q")
    let wrong = try run(2, rotate + ["2of3", "--secret", path("q.secret")])
    #expect(wrong.complaints.hasPrefix("K26"))
    #expect(
      try run(2, rotate + ["3of2", "--secret", path("p.secret")]).complaints.hasPrefix("K20"))
  }
}
