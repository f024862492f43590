import Foundation

@testable import FluxgateSeal

/// The shared requests, replies and certificates of RFC 3161.
enum StampFixtures {
  static func bytes(_ name: String) throws -> [UInt8] {
    let place = SharedFixtures.folder.appendingPathComponent("ledger/rfc3161/\(name)")
    return [UInt8](try Data(contentsOf: place))
  }

  static func roots(_ names: String...) throws -> StampRoots {
    try StampRoots(pem: try names.flatMap(bytes))
  }

  /// The nonce of a SHA-256 request: the INTEGER behind the imprint.
  static func nonce(of query: String) throws -> [UInt8] {
    let request = try bytes(query)
    return [UInt8](request[58..<(58 + Int(request[57]))])
  }

  static func stamp(
    _ reply: String, of text: String, _ roots: StampRoots, nonce: [UInt8]? = nil
  ) throws -> TimeStamp {
    try TimeStamp(
      try bytes(reply),
      answering: StampRequest(digest: SHA256.digest(try bytes(text)), nonce: nonce),
      roots: roots)
  }

  static func refusal(_ work: () throws -> TimeStamp) -> StampError? {
    do {
      _ = try work()
      return nil
    } catch {
      return error as? StampError
    }
  }

  /// Replies of `openssl ts`: what its own verifier says of each pair of text and reply.
  static func expectations() throws -> [(data: String, reply: String, roots: String, isGood: Bool)]
  {
    let lines = String(decoding: try bytes("expect.txt"), as: UTF8.self).split(separator: "\n")
    return lines.map { line in
      let words = line.prefix { $0 != ":" }.split(separator: " ").map(String.init)
      return (words[0], words[1], words[2], line.hasSuffix("Verification: OK"))
    }
  }
}
