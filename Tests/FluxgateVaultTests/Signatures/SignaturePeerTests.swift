import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

/// Another program's RFC 9421 reads our signatures and makes ones that we read. Skipped where it is
/// not installed, unless FLUXGATE_REQUIRE_PEERS=1.
@Suite(.enabled(if: SignaturePeer.isWanted, "needs: pip install http-message-signatures"))
struct SignaturePeerTests {
  static let now = Int64(Date().timeIntervalSince1970)
  static let url = "https://vault.example:8443/v1/trail?from=7"
  let reader: PatientSecret

  init() throws { reader = try required(PatientSecret(name: "reader 1")) }

  private func fields(_ body: [UInt8]) throws -> [String: String] {
    let fields = try RequestSigner(reader).fields(
      "PUT", scheme: "https", authority: "vault.example:8443", path: "/v1/trail", query: "from=7",
      type: "application/cbor", body: body, now: Self.now)
    return Dictionary(fields.map { ($0.name, $0.value) }) { first, _ in first }
  }

  @Test func `it verifies ours, and refuses a changed one`() throws {
    let key = Base64.encode(reader.publicKey.signing.bytes)
    let task: [String: Any] = [
      "method": "PUT", "url": Self.url, "headers": try fields([1, 2]), "key": key,
    ]
    let good = try SignaturePeer.run("verify", task)
    #expect(good.status == 0, "\(good.text)")
    for (field, value) in [
      ("method", "POST"), ("url", Self.url + "0"), ("url", "https://vault.example/v1/trail?from=7"),
      ("key", Base64.encode(SigningKey().publicKey.bytes)),
    ] {
      let changed = task.merging([field: value]) { $1 }
      #expect(try SignaturePeer.run("verify", changed).status == 1, "\(field)")
    }
  }

  @Test func `ours reads its, and refuses a changed one`() throws {
    var headers = try fields([1, 2])
    headers["signature"] = nil
    headers["signature-input"] = nil
    let task: [String: Any] = [
      "method": "PUT", "url": Self.url, "headers": headers,
      "key": Base64.encode(reader.signing.seed), "created": Self.now,
      "keyid": reader.fingerprint, "nonce": "0123456789abcdef", "tag": "fluxgate-vault-v1",
      "components": RequestProof.components(hasType: true).reversed() as [String],
    ]
    let signed = try SignaturePeer.run("sign", task)
    #expect(signed.status == 0, "\(signed.text)")
    let made = try JSONDecoder().decode([String: String].self, from: Data(signed.text.utf8))
    let file = FileManager.default.temporaryDirectory.appending(path: "nonces-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let check = RequestCheck(nonces: try NonceBook(path: file, now: Self.now)) {
      $0 == "vault.example:8443"
    }
    let message = { (path: String) in
      RequestMessage(
        method: "PUT", scheme: "https", authority: "vault.example:8443", path: path,
        query: "from=7", fields: made.map { ($0.key.lowercased(), $0.value) })
    }
    #expect(throws: RequestCheck.Failure.self) {
      try check.reader(of: message("/v1/trails"), body: [1, 2], now: Self.now)
    }
    let key = try check.reader(of: message("/v1/trail"), body: [1, 2], now: Self.now)
    #expect(key == reader.publicKey)
  }
}

private enum SignaturePeer {
  static let isWanted =
    ProcessInfo.processInfo.environment["FLUXGATE_REQUIRE_PEERS"] == "1"
    || (try? run("verify", [:]))?.status != 77

  static func run(_ verb: String, _ task: [String: Any]) throws -> (status: Int32, text: String) {
    let process = Process()
    let python = ProcessInfo.processInfo.environment["FLUXGATE_PEER_PYTHON"] ?? "python3"
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [python, script, verb]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: JSONSerialization.data(withJSONObject: task))
    try input.fileHandleForWriting.close()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }

  private static let script: String = {
    var place = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    repeat {
      place.deleteLastPathComponent()
    } while place.path != "/"
      && !FileManager.default.fileExists(atPath: place.appending(path: "Package.swift").path)
    return place.appending(path: "Tests/Peers/message_signatures.py").path
  }()
}
