/// Why a key file is refused; `line` counts from 1.
public enum KeyFileError: Error, Hashable, Sendable {
  case wrongKind(expected: String, found: String)
  case badLine(line: Int)
  case missing(field: String)
  case badValue(line: Int, field: String)
  case checksum
}

/// A key as text: a first line that names its kind, then `field: value` lines, then a checksum, so
/// that a mistyped or cut key is noticed before it is used. Lines that begin with # are for people.
struct KeyFile {
  let kind: String
  private(set) var fields: [(name: String, value: String, line: Int)] = []

  init(kind: String) { self.kind = kind }

  mutating func add(_ name: String, _ value: String) { fields.append((name, value, 0)) }

  mutating func add(_ name: String, _ bytes: [UInt8]) { add(name, Hex.text(bytes)) }

  func text() -> String {
    let body = "\(kind)\n" + fields.map { "\($0.name): \($0.value)\n" }.joined()
    return body + "check: \(Self.checksum(body))\n"
  }

  init(_ text: String, kind: String) throws(KeyFileError) {
    self.kind = kind
    var body = ""
    var check: String?
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.isEmpty || line.hasPrefix("#") { continue }
      if body.isEmpty {
        guard line == kind else {
          throw .wrongKind(expected: kind, found: String(line.prefix(40)))
        }
      } else {
        guard let colon = line.firstIndex(of: ":"), line[colon...].hasPrefix(": ") else {
          throw .badLine(line: number + 1)
        }
        let name = String(line[..<colon])
        let value = String(line[line.index(colon, offsetBy: 2)...])
        if name == "check" {
          check = value
          continue
        }
        fields.append((name, value, number + 1))
      }
      body += line + "\n"
    }
    guard !body.isEmpty else { throw .wrongKind(expected: kind, found: "") }
    guard check == Self.checksum(body) else { throw .checksum }
  }

  func string(_ name: String) throws(KeyFileError) -> String {
    guard let field = fields.first(where: { $0.name == name }) else { throw .missing(field: name) }
    return field.value
  }

  func bytes(_ name: String, count: Int) throws(KeyFileError) -> [UInt8] {
    guard let field = fields.first(where: { $0.name == name }) else { throw .missing(field: name) }
    guard let bytes = Hex.bytes(field.value), bytes.count == count else {
      throw .badValue(line: field.line, field: name)
    }
    return bytes
  }

  private static func checksum(_ body: String) -> String {
    Hex.text([UInt8](SHA256.digest([UInt8](body.utf8)).prefix(4)))
  }
}
