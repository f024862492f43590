import Foundation
import Testing

@testable import FluxgateSeal

/// The age test kit: headers and payloads of other recipients too, opened with the file key that
/// each case names.
@Suite(.enabled(if: SharedFixtures.exist, "../shared/fixtures is not here"))
struct AgeTestkitTests {
  private struct Case {
    let name: String
    var fields: [String: String] = [:]
    var file: [UInt8] = []

    var outcome: String {
      do throws(LockError) {
        let header = try AgeHeader(file)
        let content = try LockedFile.content(
          of: file, under: header, fileKey: hex(fields["file key"] ?? ""))
        let digest = SHA256.digest(content).map { String(format: "%02x", $0) }.joined()
        return digest == fields["payload"] ? "success" : "another payload"
      } catch {
        return switch error {
        case .header: "header failure"
        case .changedHeader: "HMAC failure"
        case .changedContent: "payload failure"
        default: "\(error)"
        }
      }
    }
  }

  private func cases(_ beginnings: [String]) throws -> [Case] {
    let folder = SharedFixtures.folder.appendingPathComponent("crypto/age-testkit")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return try names.filter { name in beginnings.contains { name.hasPrefix($0) } }.map { name in
      var bytes = [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))[...]
      var some = Case(name: name)
      while let end = bytes.firstIndex(of: 0x0A), end > bytes.startIndex {
        let parts = String(decoding: bytes[..<end], as: UTF8.self).split(separator: ": ")
        some.fields[String(parts[0])] = String(parts[1])
        bytes = bytes[(end + 1)...]
      }
      let file = Data(bytes.dropFirst())
      some.file = [UInt8](some.fields["compressed"] == nil ? file : try inflate(file))
      return some
    }
  }

  /// zlib is no part of this package; the tests have a Python at hand.
  private func inflate(_ data: Data) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      "import sys,zlib; sys.stdout.buffer.write(zlib.decompress(sys.stdin.buffer.read()))",
    ]
    let (source, target) = (Pipe(), Pipe())
    process.standardInput = source
    process.standardOutput = target
    try process.run()
    try source.fileHandleForWriting.write(contentsOf: data)
    try source.fileHandleForWriting.close()
    let inflated = try target.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return inflated
  }

  @Test func `headers and payloads end as the kit says`() throws {
    let cases = try cases(["header_", "hmac_", "stanza_", "stream_"])
    #expect(cases.count == 34)
    for some in cases { #expect(some.outcome == some.fields["expect"], "\(some.name)") }
  }

  @Test func `a file for keys is never taken for one with a passphrase`() throws {
    let cases = try cases(["x25519", "hybrid"])
    #expect(cases.count == 24)
    for some in cases {
      #expect(throws: LockError.self, "\(some.name)") {
        try LockedFile.unlock(some.file, passphrase: Array("password".utf8))
      }
      // Recipients of keys are not ours, but header and payload are everybody's.
      if some.fields["expect"] == "success" { #expect(some.outcome == "success", "\(some.name)") }
    }
  }
}
