import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateWeb

/// A courier among witnesses that answer, and witnesses that do not do what they should.
struct WitnessCourierTests {
  @Test func `a quorum cosigns head after head while one witness never answers`() async throws {
    let bench = try WitnessBench()
    let (first, second, third) = (try bench.home(1), try bench.home(2), try bench.home(3))
    let servers = [try await RunningWitness(first.home), try await RunningWitness(second.home)]
    let slow = try await RunningWitness { _ in
      try? await Task.sleep(for: .seconds(60))
      return .text(200, "too late")
    }
    let (courier, task) = try bench.courier(
      2, [(first.key, servers[0].url), (second.key, servers[1].url), (third.key, slow.url)],
      timeout: 1)
    defer { task.cancel() }
    for size in [1, 2, 260, 300] {
      try bench.grow(size - Int(bench.log.head.size))
      #expect(try await bench.eventually { try courier.cosignedSize() == UInt64(size) })
      #expect(courier.isSettled)
    }
    let note = bench.log.checkpoint()
    _ = try note.checkpoint(
      log: bench.log.verifierKey, witnesses: [first.key, second.key], quorum: 2)
    #expect(
      try await bench.eventually {
        courier.faults[2].fault == .exchange(.timedOut(seconds: 1))
      })
    // A reader finds the cosigned head where it always is.
    let bytes = try Data(contentsOf: URL(fileURLWithPath: bench.path + "/log/checkpoint"))
    #expect([UInt8](bytes) == note.bytes)
  }

  @Test func `a witness that was dead gets the longer proof`() async throws {
    let bench = try WitnessBench()
    let (home, key) = try bench.home(1)
    let server = try await RunningWitness(home)
    let (courier, task) = try bench.courier(1, [(key, server.url)])
    defer { task.cancel() }
    try bench.grow(3)
    #expect(try await bench.eventually { try courier.cosignedSize() == 3 })
    await server.stop()
    try bench.grow(500)
    #expect(try await bench.eventually { courier.faults[0].fault != nil })
    #expect(courier.isSettled)
    #expect(try courier.cosignedSize() == 3)
    #expect(bench.log.checkpoint().signatures.count == 1)
    let again = try await RunningWitness(home, port: server.port)
    #expect(try await bench.eventually { try courier.cosignedSize() == 503 })
    #expect(courier.faults[0].fault == nil)
    await again.stop()
  }

  @Test func `a new courier learns from the witness what it holds`() async throws {
    let bench = try WitnessBench()
    let (home, key) = try bench.home(1)
    let server = try await RunningWitness(home)
    for size in [10, 300] {
      try bench.grow(size - Int(bench.log.head.size))
      let (courier, task) = try bench.courier(1, [(key, server.url)])
      #expect(try await bench.eventually { try courier.cosignedSize() == UInt64(size) })
      task.cancel()
      await task.value
    }
  }

  /// What a liar answers, and what is said of it.
  private static let lies: [(name: String, answer: @Sendable (AddCheckpoint) -> WebAnswer)] = [
    ("nothing", { _ in .text(200, "") }),
    ("rubbish", { _ in .text(200, "\u{2014} w.example/1 !!!") }),
    ("no text", { _ in WebAnswer(200, .bytes([0xFF, 0x0A])) }),
    ("another head", { _ in line(of: "x\n") }),
    ("no such size", { _ in WebAnswer(409, type: "text/x.tlog.size", .bytes(Array("-1\n".utf8))) }),
    ("no size", { _ in WebAnswer(409, .bytes(Array("1\n".utf8))) }),
    (
      "always another size",
      { request in
        let size = request.oldSize == 1 ? 2 : 1
        return WebAnswer(409, type: "text/x.tlog.size", .bytes(Array("\(size)\n".utf8)))
      }
    ),
    ("too much", { _ in WebAnswer(200, .bytes([UInt8](repeating: 0x61, count: 100_000))) }),
    ("elsewhere", { _ in .text(302, "", headers: [("location", "/other")]) }),
    ("trouble", { _ in .text(500, "no") }),
    (
      "far ahead",
      { _ in
        WebAnswer(409, type: "text/x.tlog.size", .bytes(Array("18446744073709551615\n".utf8)))
      }
    ),
  ]

  private static func cosigner() -> Cosigner? {
    SigningKey(seed: [UInt8](repeating: 3, count: 32)).flatMap {
      Cosigner(name: "w.example/1", key: $0)
    }
  }

  /// The liar's own good signature, over something else.
  private static func line(of text: String) -> WebAnswer {
    guard let line = cosigner()?.cosign(text, at: 1) else { return .text(500, "") }
    let id = (0..<4).map { UInt8(truncatingIfNeeded: line.id >> UInt32(24 - 8 * $0)) }
    let code = Data(id + line.bytes).base64EncodedString()
    return WebAnswer(200, .bytes(Array("\u{2014} \(line.name) \(code)\n".utf8)))
  }

  @Test(arguments: lies.indices)
  func `a liar puts nothing into the log, and delays nobody`(_ place: Int) async throws {
    let bench = try WitnessBench()
    let honest = try bench.home(2)
    let server = try await RunningWitness(honest.home)
    let answer = Self.lies[place].answer
    let liar = try await RunningWitness { request in
      (try? AddCheckpoint(request.body)).map(answer) ?? .text(400, "malformed")
    }
    let key = try #require(Self.cosigner()).verifierKey
    let (courier, task) = try bench.courier(1, [(key, liar.url), (honest.key, server.url)])
    defer { task.cancel() }
    try bench.grow(3)
    #expect(try await bench.eventually { try courier.cosignedSize() == 3 })
    #expect(try await bench.eventually { courier.faults[0].fault != nil })
    let (fault, name) = (try #require(courier.faults[0].fault), Self.lies[place].name)
    switch name {
    case "too much": #expect(fault == .exchange(.tooLarge(limit: 65_536)))
    case "elsewhere": #expect(fault == .refused(status: 302))
    case "trouble": #expect(fault == .refused(status: 500))
    case "far ahead": #expect(fault == .ahead(size: .max))
    default: #expect(fault == .badAnswer, "\(name)")
    }
    let note = bench.log.checkpoint()
    #expect(note.signatures.map(\.name) == [WitnessBench.origin, "w.example/2"])
    try bench.grow()
    #expect(try await bench.eventually { try courier.cosignedSize() == 4 })
  }

  /// The first line that is not the asked key's is skipped, the good one after it counts.
  @Test func `lines of unknown keys mean nothing`() async throws {
    let bench = try WitnessBench()
    let cosigner = try #require(Self.cosigner())
    let server = try await RunningWitness { request in
      guard let asked = try? AddCheckpoint(request.body) else { return .text(400, "") }
      let stranger = "\u{2014} x.example AAAAAAAAAAAA\n"
      guard case .bytes(let good) = Self.line(of: asked.note.text).body else {
        return .text(500, "")
      }
      return WebAnswer(200, .bytes(Array(stranger.utf8) + good))
    }
    let (courier, task) = try bench.courier(1, [(cosigner.verifierKey, server.url)])
    defer { task.cancel() }
    try bench.grow()
    #expect(try await bench.eventually { try courier.cosignedSize() == 1 })
    #expect(bench.log.checkpoint().signatures.map(\.name) == [WitnessBench.origin, "w.example/1"])
  }

  /// The one thing that a log cannot see by itself.
  @Test func `a log that was restored from an older copy is told by its witness`() async throws {
    let bench = try WitnessBench()
    let (home, key) = try bench.home(1)
    let server = try await RunningWitness(home)
    try bench.grow(2)
    try FileManager.default.copyItem(
      atPath: bench.path + "/log", toPath: bench.path + "/backup")
    let (courier, task) = try bench.courier(1, [(key, server.url)])
    defer { task.cancel() }
    try bench.grow(5)
    #expect(try await bench.eventually { try courier.cosignedSize() == 7 })
    let restored = try WitnessBench.open(bench.path + "/backup")
    _ = try restored.append([[0xFF]])
    let late = WitnessCourier(
      log: restored, policy: courier.policy, exchange: HTTPExchange(timeout: patience))
    let lateTask = Task { await late.run() }
    defer { lateTask.cancel() }
    #expect(try await bench.eventually { late.faults[0].fault == .ahead(size: 7) })
    // Grown past the witness's size, it has another history.
    _ = try restored.append((0..<9).map { [UInt8($0)] })
    #expect(try await bench.eventually { late.faults[0].fault == .refused(status: 422) })
    #expect(late.cosigned == nil)
  }
}
