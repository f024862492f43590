/// One recipient's part of an age header: its type, its arguments and a body.
struct AgeStanza: Hashable {
  /// The type and what follows it.
  let arguments: [String]
  let body: [UInt8]

  /// 64 characters a line; the last line is shorter, so it may be empty.
  var text: String {
    let encoded = Array(Base64.encodeUnpadded(body))
    let lines = stride(from: 0, through: encoded.count, by: 64)
      .map { String(encoded[$0..<min($0 + 64, encoded.count)]) + "\n" }
    return "-> \(arguments.joined(separator: " "))\n" + lines.joined()
  }
}

/// The header of an age v1 file, read strictly: each header has one spelling.
struct AgeHeader {
  static let intro = Array("age-encryption.org/v1\n".utf8)
  let stanzas: [AgeStanza]
  /// Bytes up to the payload.
  let length: Int
  /// What the code is over: all up to and with the three hyphens of the last line.
  private let coded: [UInt8]
  private let code: [UInt8]

  init(_ file: [UInt8]) throws(LockError) {
    guard file.starts(with: Self.intro) else { throw .header("first line") }
    var lines = AgeLines(file, from: Self.intro.count)
    var stanzas: [AgeStanza] = []
    while true {
      let start = lines.next
      let line = try lines.take()
      guard line.hasPrefix("--- ") else {
        stanzas.append(try lines.stanza(line))
        continue
      }
      guard !stanzas.isEmpty, let code = Base64.decodeUnpadded(String(line.dropFirst(4))),
        code.count == 32
      else { throw .header("last line") }
      self.stanzas = stanzas
      self.code = code
      coded = Array(file[..<(start + 3)])
      length = lines.next
      return
    }
  }

  /// Whether the header's code was made with `fileKey`.
  func fits(_ fileKey: [UInt8]) -> Bool {
    let expected = Self.code(coded, fileKey)
    // Without a way out before the last byte.
    return zip(code, expected).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  static func encode(_ stanzas: [AgeStanza], fileKey: [UInt8]) -> [UInt8] {
    let coded = intro + Array((stanzas.map(\.text).joined() + "---").utf8)
    return coded + Array(" \(Base64.encodeUnpadded(code(coded, fileKey)))\n".utf8)
  }

  private static func code(_ coded: [UInt8], _ fileKey: [UInt8]) -> [UInt8] {
    KeyDerivation.code(coded, key: KeyDerivation.derive(from: fileKey, salt: [], info: "header"))
  }
}

/// Takes a header's lines one by one.
private struct AgeLines {
  private static let lengthMax = 4096
  private let file: [UInt8]
  private(set) var next: Int
  private var number = 1

  init(_ file: [UInt8], from start: Int) {
    self.file = file
    next = start
  }

  /// The next line without its line feed: visible ASCII and spaces.
  mutating func take() throws(LockError) -> String {
    number += 1
    guard let end = file[next...].prefix(Self.lengthMax).firstIndex(of: 0x0A),
      file[next..<end].allSatisfy({ 0x20...0x7E ~= $0 })
    else { throw .header("line \(number)") }
    defer { next = end + 1 }
    return String(decoding: file[next..<end], as: UTF8.self)
  }

  /// The stanza that `line` begins.
  mutating func stanza(_ line: String) throws(LockError) -> AgeStanza {
    let parts = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    guard parts.count > 1, parts[0] == "->", !parts.contains("") else {
      throw .header("line \(number)")
    }
    var text = ""
    while true {
      let line = try take()
      guard line.utf8.count <= 64 else { throw .header("line \(number)") }
      text += line
      if line.utf8.count < 64 { break }
    }
    guard let body = Base64.decodeUnpadded(text) else { throw .header("line \(number)") }
    return AgeStanza(arguments: Array(parts.dropFirst()), body: body)
  }
}
