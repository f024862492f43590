import Fluxgate
import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateWeb

/// A server on loopback, stopped with its owner.
final class RunningWitness: Sendable {
  let url: String
  let port: Int
  private let task: Task<Void, any Error>

  private init(
    _ run: @escaping @Sendable (@escaping @Sendable (Int) -> Void) async throws -> Void
  ) async throws {
    let (ports, found) = AsyncStream.makeStream(of: Int.self)
    let task = Task {
      defer { found.finish() }
      try await run { found.yield($0) }
    }
    self.task = task
    guard let port = await ports.first(where: { _ in true }) else {
      _ = try await task.value
      throw CancellationError()
    }
    self.port = port
    url = "http://127.0.0.1:\(port)"
  }

  /// A real witness.
  convenience init(_ home: WitnessHome, port: Int = 0) async throws {
    let address = try ListenAddress("127.0.0.1:\(port)")
    var opened: WitnessServer?
    // One that was just stopped may hold its folder a moment longer.
    for _ in 0..<100 * patience where opened == nil {
      opened = try? WitnessServer(home: home, address: address)
      if opened == nil { try await Task.sleep(for: .milliseconds(10)) }
    }
    let server = try opened ?? WitnessServer(home: home, address: address)
    try await self.init { try await server.run(listening: $0) }
  }

  /// Something else that answers.
  convenience init(answering: @escaping WebServer.Answering) async throws {
    let server = try WebServer(
      try ListenAddress("127.0.0.1:0"), certificate: nil,
      limits: ServerLimits(bodyByteCount: 1 << 20), label: "test", answering: answering)
    try await self.init { try await server.run(listening: $0) }
  }

  deinit { task.cancel() }

  func stop() async {
    task.cancel()
    _ = await task.result
  }
}

/// A log, and witnesses' homes that follow it, in a folder that is deleted with the bench.
final class WitnessBench: Sendable {
  static let origin = "gw.example/log1"
  let path: String
  let log: EmbeddedLog

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appendingPathComponent("fluxgate-witness-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    log = try Self.open(path + "/log")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  static func open(_ folder: String) throws -> EmbeddedLog {
    let key = try #require(SigningKey(seed: [UInt8](repeating: 7, count: 32)))
    return try EmbeddedLog(directory: folder, origin: origin, key: key)
  }

  func home(_ number: Int) throws -> (home: WitnessHome, key: VerifierKey) {
    let home = WitnessHome(path: "\(path)/w\(number)")
    let key = try home.create(name: "w.example/\(number)")
    try home.trust(log.verifierKey)
    return (home, key)
  }

  func grow(_ count: Int = 1) throws {
    let size = Int(log.head.size)
    _ = try log.append((size..<size + count).map { Array("entry \($0)".utf8) })
  }

  /// A courier for members, running until the bench's user cancels the task.
  func courier(
    _ quorum: Int, _ members: [(VerifierKey, String)], timeout: Int = patience
  ) throws -> (WitnessCourier, Task<Void, Never>) {
    var asked: [WitnessPolicy.Member] = []
    for (key, url) in members {
      asked.append(try #require(WitnessPolicy.Member(key: key, url: url)))
    }
    let policy = try WitnessPolicy(quorum: quorum, members: asked)
    let courier = WitnessCourier(
      log: log, policy: policy, exchange: HTTPExchange(timeout: timeout))
    return (courier, Task { await courier.run() })
  }

  /// Looks every 10 ms until it is so.
  func eventually(
    _ isTrue: @Sendable () throws -> Bool
  ) async throws -> Bool {
    let end = Date(timeIntervalSinceNow: Double(patience))
    while try !isTrue() {
      if Date() > end { return false }
      try await Task.sleep(for: .milliseconds(10))
    }
    return true
  }
}

extension WitnessCourier {
  /// The size of the newest head that a quorum has cosigned.
  func cosignedSize() throws -> UInt64 { try cosigned.map { try Checkpoint($0.text).size } ?? 0 }
}
