import Fluxgate
import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

/// The page "Check one segment" as a stranger follows it: its own text is what runs.
@Suite(
  .serialized,
  .enabled(if: FluxgateProcess.executable != nil, "build the product fluxgate beside the tests"))
struct StrangersPageTests {
  @Test func `The page checks a dated and cosigned segment, and every flipped byte fails`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    let authority = try AuthorityProcess(in: bench.folder)
    defer { authority.stop() }
    try cosign(bench)
    for arguments in [["authority", authority.url, authority.roots], ["stamp"]] {
      let ending = try bench.program.run(["ledger"] + arguments)
      #expect(ending.status == 0 && ending.longLines.isEmpty, "\(ending)")
    }
    let bundle = bench.folder + "/bundle"
    try prove(bench, bundle)
    let files = Set(try FileManager.default.contentsOfDirectory(atPath: bundle))
    #expect(
      files == [
        "segment.h5", "manifest", "salt", "entry", "proof.tlog-proof", "checkpoint", "gateway.pem",
        "log.pem", "witness-1.pem", "stamp.tsr", "authority.pem",
      ])

    let honest = try Page().run(on: bundle)
    #expect(honest.status == 0, "\(honest.out)")
    #expect(honest.out.contains("segment.h5: OK"))
    #expect(honest.out.contains("cosigned by 1"))
    #expect(honest.out.contains("Verification: OK"))
    #expect(honest.out.contains("Time stamp: "))

    for file in files.subtracting(["witness-1.pem"]) {
      try flip("\(bundle)/\(file)")
      let ending = try Page().run(on: bundle)
      #expect(ending.status != 0, "\(file): \(ending.out)")
      try flip("\(bundle)/\(file)")
    }
    // A witness whose key is not the one that signed counts for nothing.
    try flip("\(bundle)/witness-1.pem")
    #expect(try !Page().run(on: bundle).out.contains("cosigned by 1"))
    try flip("\(bundle)/witness-1.pem")
    #expect(try Page().run(on: bundle).status == 0)
  }

  @Test func `Without a stamp and a witness the page says so little`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    let bundle = bench.folder + "/bundle"
    let ending = try bench.program.run(
      "ledger", "prove", bench.recording, "--segment", "1", "--out", bundle, "--patient",
      bench.publicKey, "--home", bench.folder)
    #expect(ending.status == 0, "\(ending)")
    let checked = try Page().run(on: bundle)
    #expect(checked.status == 0, "\(checked.out)")
    #expect(checked.out.contains("cosigned by 0"))
    #expect(!checked.out.contains("Time stamp"))
    let again = try bench.program.run(
      "ledger", "prove", bench.recording, "--segment", "1", "--out", bundle)
    #expect(again.status == 2)
    let absent = try bench.program.run(
      "ledger", "prove", bench.recording, "--segment", "7", "--out", bench.folder + "/other")
    #expect(absent.status == 1)
    let foreign = try bench.program.run(
      "ledger", "prove", bench.recording, "--segment", "1", "--out", bench.folder + "/other",
      "--gateway", try bench.otherHome() + "/gateway.pub")
    #expect(foreign.status != 0)
    #expect(!FileManager.default.fileExists(atPath: bench.folder + "/other/manifest"))
  }

  private func prove(_ bench: CommandBench, _ bundle: String) throws {
    let ending = try bench.program.run(
      "ledger", "prove", bench.recording, "--segment", "1", "--out", bundle)
    try #require(ending.status == 0, "\(ending)")
    #expect(ending.longLines.isEmpty)
  }

  /// A second party's line under the log's head, and its key in the home.
  private func cosign(_ bench: CommandBench) throws {
    let home = GatewayHome(path: bench.program.home)
    let log = try home.openLog(try home.identity())
    let key = try #require(SigningKey(seed: .init(1...32)))
    let witness = try #require(Cosigner(name: "witness.example/w", key: key))
    let line = witness.cosign(log.checkpoint().text, at: UInt64(Date().timeIntervalSince1970))
    #expect(try log.merge(line, of: witness.verifierKey, under: log.checkpoint().text))
    let policy = "quorum 1\n\(witness.verifierKey.text) http://127.0.0.1:1\n"
    try Data(policy.utf8).write(to: URL(fileURLWithPath: home.path + "/witnesses"))
  }

  private func flip(_ path: String) throws {
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    bytes[bytes.count / 2] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }
}

/// The blocks of the page: the Python ones are saved, the shell ones run in their order.
private struct Page {
  private let python: [String]
  private let shell: [String]

  init() throws {
    let place = FluxgateProcess.root.appendingPathComponent(
      "Sources/Fluxgate/Fluxgate.docc/CheckOneSegment.md")
    let parts = try String(contentsOf: place, encoding: .utf8).components(separatedBy: "```")
    let blocks = stride(from: 1, to: parts.count, by: 2).map { parts[$0] }
    python = blocks.filter { $0.hasPrefix("python\n") }.map { String($0.dropFirst(7)) }
    shell = blocks.filter { $0.hasPrefix("sh\n") }.map { String($0.dropFirst(3)) }
    try #require(python.count == 1 && shell.count == 5 && blocks.count == 6)
  }

  func run(on bundle: String) throws -> (status: Int32, out: String) {
    let files = FileManager.default
    let copy = bundle + "-copy"
    try? files.removeItem(atPath: copy)
    try files.copyItem(atPath: bundle, toPath: copy)
    defer { try? files.removeItem(atPath: copy) }
    try python[0].write(toFile: copy + "/check.py", atomically: true, encoding: .utf8)
    return try Shell.run("bash", ["-euo", "pipefail", "-c", shell.joined()], in: copy)
  }
}
