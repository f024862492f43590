internal import FluxgateLedger

/// Reads structured fields (RFC 8941 section 4.2). Stricter in one place: a key or parameter that
/// occurs twice is refused, so that nobody has to know which one counts.
struct StructuredReader {
  private let text: [UInt8]
  private var place = 0

  /// The members of a dictionary field.
  static func dictionary(
    _ text: String
  ) throws(SignatureError) -> [String: DictionaryMember] {
    var reader = StructuredReader(text)
    var members: [String: DictionaryMember] = [:]
    reader.skip(" ")
    while !reader.isAtEnd {
      let key = try reader.key()
      guard members.updateValue(try reader.member(), forKey: key) == nil else {
        throw .malformed("\(key) occurs twice")
      }
      reader.skipBlanks()
      if reader.isAtEnd { return members }
      guard reader.take(",") else { throw .malformed("a dictionary") }
      reader.skipBlanks()
      guard !reader.isAtEnd else { throw .malformed("a dictionary's end") }
    }
    return members
  }

  private init(_ text: String) { self.text = Array(text.utf8) }

  private var isAtEnd: Bool { place == text.count }
  private var next: UInt8? { isAtEnd ? nil : text[place] }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  private mutating func skip(_ character: Unicode.Scalar) { while take(character) {} }
  private mutating func skipBlanks() { while take(" ") || take("\t") {} }

  private mutating func run(_ accept: (UInt8) -> Bool) -> String {
    let start = place
    while let byte = next, accept(byte) { place += 1 }
    return String(decoding: text[start..<place], as: UTF8.self)
  }

  private mutating func key() throws(SignatureError) -> String {
    guard let first = next, Self.isLower(first) || first == UInt8(ascii: "*") else {
      throw .malformed("a key")
    }
    return run {
      Self.isLower($0) || Self.isDigit($0) || "_-.*".utf8.contains($0)
    }
  }

  private mutating func member() throws(SignatureError) -> DictionaryMember {
    guard take("=") else { return .item(.boolean(true), try parameters()) }
    if take("(") { return .list(try innerList()) }
    let item = try item()
    return .item(item, try parameters())
  }

  /// After the opening bracket.
  private mutating func innerList() throws(SignatureError) -> InnerList {
    var list = InnerList()
    while true {
      skip(" ")
      if take(")") { break }
      let value = try item()
      list.items.append(.init(value: value, parameters: try parameters()))
      guard next == UInt8(ascii: " ") || next == UInt8(ascii: ")") else {
        throw .malformed("an inner list")
      }
    }
    list.parameters = try parameters()
    return list
  }

  private mutating func parameters() throws(SignatureError) -> StructuredParameters {
    var parameters = StructuredParameters()
    while take(";") {
      skip(" ")
      let name = try key()
      guard parameters[name] == nil else { throw .malformed("\(name) occurs twice") }
      parameters.add(name, take("=") ? try item() : .boolean(true))
    }
    return parameters
  }

  private mutating func item() throws(SignatureError) -> StructuredItem {
    guard let first = next else { throw .malformed("an item") }
    switch first {
    case UInt8(ascii: "\""): return try string()
    case UInt8(ascii: ":"): return try bytes()
    case UInt8(ascii: "?"): return try boolean()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try integer()
    default: return try token(first)
    }
  }

  private mutating func string() throws(SignatureError) -> StructuredItem {
    place += 1
    var value: [UInt8] = []
    while let byte = next {
      place += 1
      if byte == UInt8(ascii: "\"") { return .string(String(decoding: value, as: UTF8.self)) }
      guard 0x20...0x7E ~= byte else { break }
      guard byte == UInt8(ascii: "\\") else {
        value.append(byte)
        continue
      }
      guard let escaped = next, "\"\\".utf8.contains(escaped) else { break }
      value.append(escaped)
      place += 1
    }
    throw .malformed("a string")
  }

  private mutating func bytes() throws(SignatureError) -> StructuredItem {
    place += 1
    let encoded = run { $0 != UInt8(ascii: ":") }
    guard take(":"), let value = Base64.decode(encoded) else {
      throw .malformed("a byte sequence")
    }
    return .bytes(value)
  }

  private mutating func boolean() throws(SignatureError) -> StructuredItem {
    place += 1
    if take("1") { return .boolean(true) }
    if take("0") { return .boolean(false) }
    throw .malformed("a boolean")
  }

  private mutating func integer() throws(SignatureError) -> StructuredItem {
    let sign = take("-") ? "-" : ""
    let digits = run(Self.isDigit)
    guard 1...15 ~= digits.utf8.count, next != UInt8(ascii: "."), let value = Int64(sign + digits)
    else { throw .malformed("an integer") }
    return .integer(value)
  }

  private mutating func token(_ first: UInt8) throws(SignatureError) -> StructuredItem {
    guard Self.isLetter(first) || first == UInt8(ascii: "*") else { throw .malformed("an item") }
    return .token(
      run {
        Self.isLetter($0) || Self.isDigit($0) || "!#$%&'*+-.^_`|~:/".utf8.contains($0)
      })
  }

  private static func isLower(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte }
  private static func isLetter(_ byte: UInt8) -> Bool { isLower(byte | 0x20) }
  private static func isDigit(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
}
