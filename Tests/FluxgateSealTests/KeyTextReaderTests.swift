import Testing

@testable import FluxgateSeal

/// The strictness that all three key files share.
@Suite struct KeyTextReaderTests {
  private static let secret = PatientSecret(
    name: "Sample patient", root: [UInt8](0..<32))
  private static let text = secret?.text ?? ""

  /// The file with one line replaced and, if wished, its checksum made anew.
  private func changed(_ line: Int, to text: String, summed: Bool) -> String {
    var lines = Self.text.split(separator: "\n").map(String.init)
    lines[line - 1] = text
    let body = lines.dropLast().joined(separator: "\n") + "\n"
    let check = summed ? "check \(KeyText.checksum(Array(body.utf8)))" : lines[lines.count - 1]
    return body + check + "\n"
  }

  private func expect(
    _ error: KeyFileError, _ text: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(throws: error, sourceLocation: sourceLocation) { try PatientSecret(text: text) }
  }

  @Test func `a slip in any character is found`() throws {
    let bytes = Array(Self.text.utf8)
    for place in bytes.indices {
      var bad = bytes
      bad[place] ^= 1
      #expect(throws: KeyFileError.self) {
        try PatientSecret(text: String(decoding: bad, as: UTF8.self))
      }
    }
    #expect(try PatientSecret(text: Self.text).text == Self.text)
  }

  @Test func `a file cut anywhere is refused`() {
    for count in 0..<Self.text.count {
      #expect(throws: KeyFileError.self) {
        try PatientSecret(text: String(Self.text.prefix(count)))
      }
    }
  }

  @Test func `a changed line breaks the checksum`() {
    expect(.wrongChecksum(line: 5), changed(2, to: "name Another patient", summed: false))
  }

  @Test func `another kind of file is named`() throws {
    let publicText = try #require(Self.secret?.publicKey.text)
    expect(
      .wrongKind(expected: "fluxgate-patient-secret-v1", found: "fluxgate-patient-v1"), publicText)
    expect(.wrongKind(expected: "fluxgate-patient-secret-v1", found: nil), "hello\n")
    expect(.wrongKind(expected: "fluxgate-patient-secret-v1", found: nil), "")
  }

  @Test func `a field that is missing, misplaced or extra is named with its line`() {
    expect(.missing(field: "root", line: 3), changed(3, to: "rooot AAAA", summed: true))
    expect(.missing(field: "name", line: 2), changed(2, to: "name", summed: true))
    expect(.trailing(line: 5), changed(4, to: fingerprintLine + "\nextra 1", summed: true))
    expect(.badValue(field: "root", line: 3), changed(3, to: "root AAAA", summed: true))
    expect(
      .badValue(field: "fingerprint", line: 4), changed(4, to: "fingerprint 0000", summed: true))
  }

  @Test func `line ends and control characters are strict`() {
    expect(.badLine(line: 2), changed(2, to: "name a\r", summed: true))
    expect(.badLine(line: 2), changed(2, to: "name a\tb", summed: true))
    expect(.badLine(line: 5), String(Self.text.dropLast()))
    expect(.wrongChecksum(line: 6), Self.text + "\n")
    expect(.tooLong(byteCount: 9000), String(repeating: "a", count: 9000))
  }

  @Test(arguments: [" a", "a ", "a\u{202E}b", "a\u{200B}", "", String(repeating: "x", count: 101)])
  func `a label that could mislead is refused`(name: String) {
    #expect(PatientSecret(name: name) == nil)
    expect(.badValue(field: "name", line: 2), changed(2, to: "name \(name)", summed: true))
  }

  private var fingerprintLine: String { "fingerprint \(Self.secret?.fingerprint ?? "")" }
}
