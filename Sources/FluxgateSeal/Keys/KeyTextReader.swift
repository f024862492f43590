/// Reads a key file's fields in the one order they come in.
struct KeyTextReader {
  static let byteCountMax = 8192
  private let lines: [ArraySlice<UInt8>]
  private var next = 1

  /// Checks kind, characters and checksum.
  init(_ text: String, kind: KeyFileKind) throws(KeyFileError) {
    let bytes = Array(text.utf8)
    guard bytes.count <= Self.byteCountMax else { throw .tooLong(byteCount: bytes.count) }
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    try Self.check(kind, first: lines[0])
    for (index, line) in lines.enumerated() where line.contains(where: { $0 < 0x20 || $0 == 0x7F })
    { throw .badLine(line: index + 1) }
    guard lines.removeLast().isEmpty else { throw .badLine(line: lines.count + 1) }
    let summed = bytes.dropLast((lines.last?.count ?? 0) + 1)
    guard lines.removeLast().elementsEqual("check \(KeyText.checksum(Array(summed)))".utf8) else {
      throw .wrongChecksum(line: lines.count + 1)
    }
    self.lines = lines
  }

  private static func check(
    _ kind: KeyFileKind, first: ArraySlice<UInt8>
  ) throws(KeyFileError) {
    let found = KeyFileKind.allCases.first { $0.rawValue.utf8.elementsEqual(first) }
    guard found == kind else {
      throw .wrongKind(expected: kind.rawValue, found: found?.rawValue)
    }
  }

  /// The value of the next line, which must be called `name`, where `accept` makes something of it.
  mutating func value<Value>(
    _ name: String, as accept: (String) -> Value?
  ) throws(KeyFileError) -> Value {
    guard next < lines.count, lines[next].starts(with: "\(name) ".utf8) else {
      throw .missing(field: name, line: next + 1)
    }
    let spelled = lines[next].dropFirst(name.utf8.count + 1)
    guard let text = String(validating: spelled, as: UTF8.self), let value = accept(text) else {
      throw .badValue(field: name, line: next + 1)
    }
    next += 1
    return value
  }

  /// Call once all fields are read.
  func end() throws(KeyFileError) {
    guard next == lines.count else { throw .trailing(line: next + 1) }
  }
}
