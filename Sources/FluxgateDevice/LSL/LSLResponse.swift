internal import FluxgateTransport

/// The head of the answer to a feed request, and the request.
struct LSLResponse {
  var status: Int
  /// 1234, 4321, or 0 for "mine" from old peers.
  var byteOrder = 0
  var version = 110
  var uid = ""

  static let longest = 8192
  private static let mostLines = 64

  /// - Returns: nil when the first line is no status line.
  init?(_ bytes: ArraySlice<UInt8>) {
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count >= 2, words[0].hasPrefix("LSL/"), let status = Int(words[1]) else {
      return nil
    }
    self.status = status
    for line in lines.dropFirst().prefix(Self.mostLines) { take(line) }
  }

  /// Names are told apart without regard to case; what follows a semicolon is a comment.
  private mutating func take(_ line: Substring) {
    let text = line.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)[0]
    let pair = text.split(separator: ":", maxSplits: 1)
    guard pair.count == 2 else { return }
    let value = String(pair[1].drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" })
    switch pair[0].lowercased() {
    case "byte-order": byteOrder = Int(value) ?? 0
    case "data-protocol-version": version = Int(value) ?? 0
    case "uid": uid = value
    default: break
    }
  }

  /// The end of the head within `bytes`: behind its empty line.
  static func end(in bytes: [UInt8]) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (4...bytes.count).first { bytes[$0 - 4..<$0].elementsEqual([13, 10, 13, 10]) }
  }
}

/// What is asked of a stream.
enum LSLRequest {
  static let info = Array("LSL:fullinfo\r\n".utf8)

  static func feed(_ info: LSLDescription, samples: Int) -> [UInt8] {
    let lines = [
      "LSL:streamfeed/110 \(info.stream.uid)", "Native-Byte-Order: 1234",
      "Endian-Performance: 0", "Has-IEEE754-Floats: 1", "Supports-Subnormals: 1",
      "Value-Size: \(info.format.wireSize)", "Data-Protocol-Version: 110",
      "Max-Buffer-Length: \(samples)", "Max-Chunk-Length: 0", "Hostname: fluxgate",
      "Source-Id: \(info.stream.sourceID)", "Session-Id: \(info.stream.sessionID)", "", "",
    ]
    return Array(lines.joined(separator: "\r\n").utf8)
  }

  static func time(wave: Int, seconds: Double) -> [UInt8] {
    Array("LSL:timedata\r\n\(wave) \(seconds)\r\n".utf8)
  }
}
