import Fluxgate
import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateWeb

/// A witness as others see it over HTTP.
struct WitnessServerTests {
  private static let steps: Data? = {
    var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    while folder.path != "/" {
      let file = folder.appendingPathComponent("../shared/fixtures/ledger/witness-steps.json")
      if let data = try? Data(contentsOf: file.standardizedFileURL) { return data }
      folder.deleteLastPathComponent()
    }
    return nil
  }()

  private static let decoder: JSONDecoder = {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return decoder
  }()

  private struct Steps: Decodable {
    struct Step: Decodable {
      let request: String
      let status: Int
      let bodyContains, bodyEquals: String?
    }

    let logOrigin, logPublicKeyHex, witnessName, witnessSeedHex, witnessVkey: String
    let stepsInOrder: [Step]
  }

  private func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal.utf8)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
  }

  @Test(.enabled(if: steps != nil, "needs ../shared/fixtures/ledger beside the package"))
  func `the published steps over HTTP`() async throws {
    let steps = try Self.decoder.decode(Steps.self, from: try #require(Self.steps))
    let bench = try WitnessBench()
    let home = WitnessHome(path: bench.path + "/w")
    let key = try #require(SigningKey(seed: bytes(steps.witnessSeedHex)))
    let identity = try #require(WitnessIdentity(name: steps.witnessName, key: key))
    try FileManager.default.createDirectory(
      atPath: home.path, withIntermediateDirectories: true)
    try Data(identity.text.utf8).write(to: URL(fileURLWithPath: home.path + "/witness.key"))
    let logKey = try #require(VerifyingKey(bytes: bytes(steps.logPublicKeyHex)))
    try home.trust(try #require(VerifierKey(name: steps.logOrigin, key: logKey)))
    let server = try await RunningWitness(home)
    let exchange = HTTPExchange(timeout: patience)
    for (place, step) in steps.stepsInOrder.enumerated() {
      let answer = try await exchange.send(
        "POST", server.url + "/add-checkpoint", body: Array(step.request.utf8), limit: 4096)
      let body = String(decoding: answer.body, as: UTF8.self)
      #expect(answer.status == step.status, "step \(place)")
      if let part = step.bodyContains, !part.isEmpty {
        #expect(body.contains(part), "step \(place)")
      }
      if let whole = step.bodyEquals {
        #expect(body == whole, "step \(place)")
        #expect(answer.header("content-type") == "text/x.tlog.size", "step \(place)")
      }
    }
    let digest = Witness.name(ofOrigin: steps.logOrigin)
    let last = try await exchange.send(
      "GET", "\(server.url)/\(digest)/checkpoint", limit: 1 << 20)
    let note = try SignedNote(last.body)
    let witness = try VerifierKey(steps.witnessVkey)
    #expect(try note.verify([witness]).map(\.key) == [witness])
    #expect(try Checkpoint(note.text).size == 5)
  }

  @Test func `other places, methods and sizes`() async throws {
    let bench = try WitnessBench()
    let server = try await RunningWitness(try bench.home(1).home)
    let exchange = HTTPExchange(timeout: patience)
    let unknown = String(repeating: "0", count: 64)
    for (method, place, body, status) in [
      ("GET", "/", 0, 404), ("GET", "/add-checkpoint", 0, 404), ("POST", "/x", 1, 404),
      ("POST", "/add-checkpoint", 0, 400), ("GET", "/\(unknown)/checkpoint", 0, 404),
      ("GET", "/..%2Flock/checkpoint", 0, 404),
      ("POST", "/add-checkpoint", AddCheckpoint.byteCountMax + 1, 413),
    ] {
      let answer = try await exchange.send(
        method, server.url + place, body: [UInt8](repeating: 0x61, count: body), limit: 4096)
      #expect(answer.status == status, "\(method) \(place)")
    }
  }

  @Test func `a log that is trusted while the witness runs is followed at once`() async throws {
    let bench = try WitnessBench()
    let home = WitnessHome(path: bench.path + "/w")
    _ = try home.create(name: "w.example/1")
    let server = try await RunningWitness(home)
    try bench.grow()
    let request = AddCheckpoint(
      oldSize: 0, proof: [], note: bench.log.checkpoint(), checkpoint: bench.log.head)
    let exchange = HTTPExchange(timeout: patience)
    for status in [404, 200] {
      let answer = try await exchange.send(
        "POST", server.url + "/add-checkpoint", body: request.bytes, limit: 4096)
      #expect(answer.status == status)
      try home.trust(bench.log.verifierKey)
    }
    let second = try #require(VerifierKey(name: WitnessBench.origin, key: SigningKey().publicKey))
    #expect(throws: Fault.self) { try home.trust(second) }
  }

  /// Two histories of one log arrive at once, each from the head that the witness holds.
  @Test func `of two racing histories one is cosigned, and stays`() async throws {
    let bench = try WitnessBench()
    let (home, _) = try bench.home(1)
    let server = try await RunningWitness(home)
    let exchange = HTTPExchange(timeout: patience)
    let split = try WitnessBench.open(bench.path + "/split")
    try bench.grow(3)
    _ = try split.append([[1], [2], [3]])
    let requests = [bench.log, split].map {
      AddCheckpoint(oldSize: 0, proof: [], note: $0.checkpoint(), checkpoint: $0.head).bytes
    }
    let statuses = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
      for place in 0..<16 {
        group.addTask {
          let answer = try await exchange.send(
            "POST", server.url + "/add-checkpoint", body: requests[place % 2], limit: 4096)
          return (place, answer.status)
        }
      }
      return try await group.reduce(into: [Int: Int]()) { $0[$1.0] = $1.1 }
    }
    #expect(statuses.values.count { $0 == 200 } == 1)
    #expect(statuses.values.count { $0 == 409 } == 15)
    await server.stop()
    // A restart knows it.
    let again = try await RunningWitness(home)
    let winner = try #require(statuses.first { $0.value == 200 }?.key) % 2
    let answer = try await exchange.send(
      "GET", "\(again.url)/\(Witness.name(ofOrigin: WitnessBench.origin))/checkpoint", limit: 4096)
    #expect(
      try SignedNote(answer.body).text == [bench.log, split][winner].checkpoint().text)
  }
}
