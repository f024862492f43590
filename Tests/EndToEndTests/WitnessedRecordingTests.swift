import FluxgateSimulation
import Foundation
import Testing

/// A gateway and its witness as two programs: self-attested without, cosigned with, and made good
/// by `recover` when the witness was away.
@Suite(.enabled(if: FluxgateProcess.executable != nil, "needs the built program"))
struct WitnessedRecordingTests {
  private func witness(_ bench: CommandBench, port: Int = 0) throws -> (SpawnedFluxgate, String) {
    let log = bench.folder + "/witness-\(UUID().uuidString.prefix(4))"
    let process = try SpawnedFluxgate(
      ["witness", "serve", "--home", bench.folder + "/w", "--listen", "127.0.0.1:\(port)"],
      log: log)
    var url: String?
    let isUp = waitUntil(seconds: 20) {
      let said = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
      url = said.firstMatch(of: /Witness on (http:\S+)\n/).map { String($0.1) }
      return url != nil
    }
    try #require(isUp)
    return (process, try required(url))
  }

  private func say(_ bench: CommandBench, _ words: String..., status: Int32 = 0) throws -> String {
    let ending = try bench.program.run(words)
    try #require(ending.status == status, "\(words) \(ending)")
    #expect(ending.longLines.allSatisfy { $0.contains("+") }, "\(ending)")
    return ending.out
  }

  @Test func `cosigned, away, and made good`() throws {
    let bench = try CommandBench()
    defer { bench.remove() }
    let verify = { try say(bench, "verify", bench.recording, "--patient", bench.publicKey) }
    #expect(try verify().contains("self-attested only: no second party has cosigned"))
    let home = bench.folder + "/w"
    _ = try say(bench, "witness", "new", "--home", home, "--name", "w.example/1")
    let card = try String(contentsOfFile: bench.card, encoding: .utf8)
    let log = try required(card.firstMatch(of: /gateway\.example\/log\+[0-9a-f]{8}\+\S+/)).output
    _ = try say(bench, "witness", "trust", "--home", home, String(log))
    let (first, url) = try witness(bench)
    _ = try say(bench, "witness", "add", home + "/witness.pub", url)
    // The recording was made before there was a witness.
    #expect(try verify().contains("self-attested only: 0 are cosigned by 1 of 1 witnesses"))
    #expect(try say(bench, "recover", bench.recording).contains("segment 1 cosigned"))
    #expect(try verify().contains("cosigned by at least 1 of 1 witnesses"))
    #expect(try say(bench, "recover", bench.recording).contains("Nothing was left to do."))
    try recordAgain(bench, first, url)
  }

  private func recordAgain(
    _ bench: CommandBench, _ first: SpawnedFluxgate, _ url: String
  ) throws {
    let heart = PtyHost(device: VirtualTwinleaf(), path: bench.folder + "/heart2")
    try heart.start()
    defer { heart.stop() }
    let profiles = FluxgateProcess.root.appendingPathComponent("device-profiles").path
    func record(_ name: String) throws -> String {
      try say(
        bench, "record", "--for", bench.publicKey, "--out", "\(bench.folder)/\(name)", "--device",
        "heart=twinleaf-tio@\(heart.path)", "--profiles", profiles, "--seconds", "1")
    }
    #expect(try record("with").contains("1 of 1 segments cosigned by 1 of 1 witnesses."))
    first.kill()
    #expect(try record("without").contains("0 of 1 segments cosigned by 1 of 1 witnesses;"))
    let folder = "\(bench.folder)/without"
    let port = try required(url.split(separator: ":").last.flatMap { Int($0) })
    let (second, _) = try witness(bench, port: port)
    #expect(try say(bench, "recover", folder).contains("segment 1 cosigned by witnesses"))
    let said = try say(bench, "verify", folder, "--patient", bench.publicKey)
    #expect(said.contains("cosigned by at least 1 of 1 witnesses"))
    // A checker who trusts another witness is told so.
    let other = "\(bench.folder)/other"
    _ = try say(bench, "witness", "new", "--home", other, "--name", "w.example/2")
    let unseen = try say(
      bench, "verify", folder, "--patient", bench.publicKey, "--witness", other + "/witness.pub")
    #expect(unseen.contains("self-attested only: 0 are cosigned by 1 of 1 witnesses"))
    second.kill()
  }
}
