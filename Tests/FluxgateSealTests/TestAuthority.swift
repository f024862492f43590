import Foundation

@testable import FluxgateSeal

/// An authority of one test's own: `openssl ts` with keys made for it.
final class TestAuthority {
  struct Failed: Error { let arguments: [String] }

  private let folder: String

  /// - Parameter options: as Tests/Peers/timestamp_authority.py describes them.
  init(_ options: String...) throws {
    folder = "/tmp/fg-tsa-" + UUID().uuidString.prefix(8)
    try Self.run(folder, ["make"] + options)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var roots: StampRoots {
    get throws { try StampRoots(pem: try bytes("root.pem")) }
  }

  func reply(to request: StampRequest) throws -> [UInt8] {
    try Data(request.bytes).write(to: URL(fileURLWithPath: folder + "/query"))
    try Self.run(folder, ["reply", folder + "/query", folder + "/answer"])
    return try bytes("answer")
  }

  func stamp(_ text: String) throws -> TimeStamp {
    let request = StampRequest(dating: Array(text.utf8))
    return try TimeStamp(try reply(to: request), answering: request, roots: try roots)
  }

  /// Whether OpenSSL's own program accepts the reply.
  func opensslAccepts(_ reply: [UInt8], of text: String) throws -> Bool {
    try Data(reply).write(to: URL(fileURLWithPath: folder + "/kept"))
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/text"))
    return try Self.status(
      "openssl",
      [
        "ts", "-verify", "-data", folder + "/text", "-in", folder + "/kept", "-CAfile",
        folder + "/root.pem",
      ]) == 0
  }

  /// Whether a verifier of other people, written in Rust, accepts the reply.
  func peerAccepts(_ reply: [UInt8], of text: String) throws -> Bool {
    try Data(reply).write(to: URL(fileURLWithPath: folder + "/kept"))
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/text"))
    let script = SharedFixtures.package.appendingPathComponent("Tests/Peers/stamp_verifier.py").path
    return try Self.status(
      Self.peerPython, [script, folder + "/text", folder + "/kept", folder + "/root.pem"]) == 0
  }

  private static let peerPython =
    ProcessInfo.processInfo.environment["FLUXGATE_PEER_PYTHON"] ?? "python3"

  static let hasPeer =
    ProcessInfo.processInfo.environment["FLUXGATE_REQUIRE_PEERS"] == "1"
    || (try? status(peerPython, ["-c", "import rfc3161_client"])) == 0

  private func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
  }

  private static func run(_ folder: String, _ arguments: [String]) throws {
    let script = SharedFixtures.package
      .appendingPathComponent("Tests/Peers/timestamp_authority.py").path
    guard try status("python3", [script, folder] + arguments) == 0 else {
      throw Failed(arguments: arguments)
    }
  }

  private static func status(_ program: String, _ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
