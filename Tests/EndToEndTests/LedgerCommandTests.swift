import Fluxgate
import FluxgateLedger
import Foundation
import Testing

/// `fluxgate ledger` on the log of a recording, with an authority on the loopback.
@Suite(
  .serialized,
  .enabled(if: FluxgateProcess.executable != nil, "build the product fluxgate beside the tests"))
struct LedgerCommandTests {
  @Test func `A log is shown, dated and verified`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    let authority = try AuthorityProcess(in: bench.folder)
    defer { authority.stop() }
    let first = try bench.program.run("ledger", "status")
    #expect(first.out.contains("self-attested only: no witness is asked"))
    #expect(first.out.contains("undated"))
    #expect(try bench.program.run("ledger", "stamp").status == 2)
    try run(bench, ["authority", authority.url, authority.roots])
    let before = Int64(Date().timeIntervalSince1970)
    try run(bench, ["stamp"])
    for arguments in [["status"], ["log"], ["verify"], ["stamp"]] { try run(bench, arguments) }

    let place = try LedgerPlace(home: bench.program.home)
    let status = try LedgerStatus(place)
    let stamp = try #require(status.stamps.first)
    #expect(status.undatedCount == 0 && status.stampFaults.isEmpty)
    #expect(stamp.stamp.time >= before && stamp.stamp.time <= before + 60)
    #expect(try place.shelf.sizes() == [status.head.size])
    try opensslAgrees(bench, status)
    #expect(try bench.program.run("ledger", "log").out.contains("dated "))
  }

  @Test func `A flipped tile, a flipped stamp and a replaced history end with 4`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    let authority = try AuthorityProcess(in: bench.folder)
    defer { authority.stop() }
    try run(bench, ["authority", authority.url, authority.roots])
    try run(bench, ["stamp"])
    let kept = bench.folder + "/kept"
    try FileManager.default.copyItem(atPath: bench.program.home + "/log/checkpoint", toPath: kept)
    try run(bench, ["verify", "--since", kept])

    let size = try LedgerPlace(home: bench.program.home).log().head.size
    let name = String(repeating: "0", count: 20 - "\(size)".count) + "\(size)"
    for file in [
      "log/tile/0/000.p/\(size)", "log/tile/entries/000.p/\(size)", "stamps/\(name).tsr",
    ] {
      try flip(bench, file)
      let ending = try bench.program.run("ledger", "verify")
      #expect(ending.status == 4, "\(file) \(ending)")
      #expect(ending.longLines.isEmpty)
      try flip(bench, file)
    }
    try replaceHistory(bench)
    #expect(try bench.program.run("ledger", "verify", "--since", kept).status == 4)
    let stamped = try bench.program.run("ledger", "verify")
    #expect(stamped.status == 4, "\(stamped)")
  }

  @Test func `No stamp of a bad authority is kept`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    let honest = try AuthorityProcess(in: bench.folder)
    defer { honest.stop() }
    for manner in ["broken", "huge"] {
      let bad = try AuthorityProcess(in: bench.folder, manner: manner)
      defer { bad.stop() }
      try run(bench, ["authority", bad.url, bad.roots])
      let ending = try bench.program.run("ledger", "stamp")
      #expect(ending.status == 1, "\(manner) \(ending)")
      #expect(ending.longLines.isEmpty)
    }
    // An authority whose roots are not the ones that were named.
    let replay = try AuthorityProcess(in: bench.folder, manner: "replay")
    defer { replay.stop() }
    try run(bench, ["authority", replay.url, honest.roots])
    #expect(try bench.program.run("ledger", "stamp").status == 1)
    let place = try LedgerPlace(home: bench.program.home)
    #expect(try place.shelf.sizes().isEmpty)
    // The good one, named last, is asked after all the others.
    try run(bench, ["authority", honest.url, honest.roots])
    try run(bench, ["stamp"])
    #expect(try bench.program.run("ledger", "authority", "ftp://x", honest.roots).status == 2)
    #expect(try bench.program.run("ledger", "authority", honest.url, bench.card).status == 2)
    #expect(try bench.program.run("ledger", "status", "--home", bench.folder).status == 2)
  }

  @Test func `A reply to an earlier request is refused`() async throws {
    let folder = "/tmp/fg-" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let replay = try AuthorityProcess(in: folder, manner: "replay")
    defer { replay.stop() }
    let home = AuthorityFile(path: folder + "/authorities")
    try home.add(url: replay.url, roots: replay.roots)
    let authority = try #require(try home.read().first)
    let exchange = HTTPExchange(timeout: 5)
    let first = try await authority.stamp([1, 2, 3], over: exchange)
    #expect(first.authority == "/CN=test clock")
    await #expect(throws: StampFault.stamp(.wrongNonce)) {
      try await authority.stamp([1, 2, 3], over: exchange)
    }
    await #expect(throws: StampFault.stamp(.wrongImprint)) {
      try await authority.stamp([3, 2, 1], over: exchange)
    }
  }

  private func run(_ bench: CommandBench, _ arguments: [String]) throws {
    for call in [arguments, arguments + ["--json"]] {
      let ending = try bench.program.run(["ledger"] + call)
      try #require(ending.status == 0, "\(call) \(ending)")
      #expect(ending.longLines.isEmpty || call.contains("--json"), "\(ending)")
      #expect(!call.contains("--json") || ending.json != nil)
    }
  }

  private func opensslAgrees(_ bench: CommandBench, _ status: LedgerStatus) throws {
    let text = bench.folder + "/head.txt"
    try Data(status.note.text.utf8).write(to: URL(fileURLWithPath: text))
    let folder = bench.program.home + "/stamps"
    let stamps = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".tsr") }
    try Shell.succeed(
      "openssl",
      [
        "ts", "-verify", "-data", text, "-in", "\(folder)/\(try #require(stamps.first))", "-CAfile",
        bench.folder + "/authority-honest/root.pem",
      ])
  }

  private func flip(_ bench: CommandBench, _ file: String) throws {
    let place = URL(fileURLWithPath: bench.program.home + "/" + file)
    var bytes = [UInt8](try Data(contentsOf: place))
    bytes[bytes.count / 2] ^= 1
    try Data(bytes).write(to: place)
  }

  /// The same log's key signs another history of the same size or longer.
  private func replaceHistory(_ bench: CommandBench) throws {
    let home = GatewayHome(path: bench.program.home)
    let size = try LedgerPlace(home: home.path).log().head.size
    try FileManager.default.removeItem(atPath: home.path + "/log")
    let log = try home.openLog(try home.identity())
    _ = try log.append((0...size).map { [UInt8](repeating: UInt8($0), count: 32) })
  }
}
