/// How a signed note is written down.
enum NoteText {
  static let newline: UInt8 = 0x0A
  /// U+2014 and a space.
  private static let dash = "\u{2014} "

  static func isValid(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { $0 >= 0x20 || $0 == newline }
      && String(validating: bytes, as: UTF8.self) != nil
  }

  static func line(of signature: SignedNote.Signature) -> String {
    let id = (0..<4).map { UInt8(truncatingIfNeeded: signature.id >> UInt32(24 - 8 * $0)) }
    return "\(dash)\(signature.name) \(Base64.encode(id + signature.bytes))\n"
  }

  /// The lines of a text that ends in LF; nil if it does not.
  static func lines(of bytes: some BidirectionalCollection<UInt8>) -> [String]? {
    guard bytes.last == newline else { return nil }
    return bytes.dropLast().split(separator: newline, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// A number without leading zeros, sign or space.
  static func number(_ text: some StringProtocol) -> UInt64? {
    guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    guard text.utf8.first != 0x30 || text.utf8.count == 1 else { return nil }
    return UInt64(text)
  }

  static func hash(_ text: some StringProtocol) -> TreeHash? {
    Base64.decode(text).flatMap { TreeHash($0) }
  }

  static func signature(_ line: String) -> SignedNote.Signature? {
    guard line.utf8.starts(with: dash.utf8) else { return nil }
    let parts = String(decoding: line.utf8.dropFirst(dash.utf8.count), as: UTF8.self)
      .split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, KeyName.isValid(parts[0]), let bytes = Base64.decode(parts[1]),
      bytes.count > 4
    else { return nil }
    let id = bytes.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return .init(name: String(parts[0]), id: id, bytes: [UInt8](bytes.dropFirst(4)))
  }
}

extension SignedNote {
  /// Reads a note. Nothing is verified yet.
  public init(_ bytes: [UInt8]) throws(NoteError) {
    guard bytes.count <= Self.byteCountMax else { throw .tooLarge(bytes.count) }
    guard NoteText.isValid(bytes) else { throw .notText }
    guard let end = Self.endOfText(bytes), let lines = NoteText.lines(of: bytes[(end + 1)...])
    else {
      throw .unsigned
    }
    guard lines.count <= Self.signatureCountMax else { throw .tooLarge(lines.count) }
    var signatures: [Signature] = []
    for (place, line) in lines.enumerated() {
      guard let signature = NoteText.signature(line) else { throw .malformedLine(place + 1) }
      signatures.append(signature)
    }
    self.init(text: String(decoding: bytes[..<end], as: UTF8.self), signatures: signatures)
  }

  /// The place of the last empty line.
  private static func endOfText(_ bytes: [UInt8]) -> Int? {
    bytes.indices.dropFirst().last {
      bytes[$0] == NoteText.newline && bytes[$0 - 1] == NoteText.newline
    }
  }
}
