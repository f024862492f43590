/// Values that profiles write in a form of their own: patterns, times and bytes for the wire.
extension ProfileNode {
  func pattern() throws(ProfileError) -> BoundedPattern {
    let text = try text(longest: BoundedPattern.mostBytes)
    do throws(PatternError) {
      return try BoundedPattern(text)
    } catch {
      throw patternFault(error)
    }
  }

  /// A whole number with its unit: `500 ms`, `30 s`, `2 min`; in nanoseconds.
  func duration(upTo limit: Int64) throws(ProfileError) -> Int64 {
    let words = try text(longest: 32).split(separator: " ")
    let units: [Substring: Int64] = ["ms": 1_000_000, "s": 1_000_000_000, "min": 60_000_000_000]
    guard words.count == 2, let count = UInt32(words[0]), count > 0, let unit = units[words[1]]
    else {
      throw error("no time", hint: "Write a whole number and its unit: `500 ms`, `30 s`, `2 min`.")
    }
    let time = Int64(count) * unit
    guard time <= limit else {
      throw error("the time is too long", hint: "At most \(limit / 1_000_000_000) s are allowed.")
    }
    return time
  }

  /// Text in which `\r`, `\n`, `\t`, `\\` and `\x1f` stand for bytes.
  func escapedBytes(most: Int) throws(ProfileError) -> [UInt8] {
    var rest = try text(longest: 4 * most).utf8[...]
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      bytes.append(byte == UInt8(ascii: "\\") ? try escape(&rest) : byte)
    }
    guard bytes.count <= most else {
      throw error("there are \(bytes.count) bytes", hint: "At most \(most) are allowed here.")
    }
    return bytes
  }

  /// Pairs of hex digits, with spaces where they help.
  func hexBytes(most: Int) throws(ProfileError) -> [UInt8] {
    let digits = try text(longest: 4 * most).filter { $0 != " " }
    let bytes = stride(from: 0, to: digits.count, by: 2).map { place in
      UInt8(digits.dropFirst(place).prefix(2), radix: 16)
    }
    guard digits.count.isMultiple(of: 2), digits.allSatisfy(\.isHexDigit), !bytes.contains(nil)
    else { throw error("no hex bytes", hint: "Write pairs of digits: `f0 07`.") }
    guard bytes.count <= most else {
      throw error("there are \(bytes.count) bytes", hint: "At most \(most) are allowed here.")
    }
    return bytes.compactMap { $0 }
  }

  private func escape(_ rest: inout Substring.UTF8View) throws(ProfileError) -> UInt8 {
    switch rest.popFirst() {
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "\\"): return UInt8(ascii: "\\")
    case UInt8(ascii: "x"):
      let digits = String(Substring(rest.prefix(2)))
      rest = rest.dropFirst(2)
      if digits.count == 2, let byte = UInt8(digits, radix: 16) { return byte }
    default: break
    }
    throw error("no escape", hint: "Known are \\r, \\n, \\t, \\\\ and \\x with two hex digits.")
  }

  private func patternFault(_ fault: PatternError) -> ProfileError {
    switch fault {
    case .tooLong(let count, let limit):
      error("the pattern has \(count) bytes", hint: "At most \(limit) are allowed.")
    case .notAllowed(let what, let offset):
      error(
        "\(what) is not allowed in a pattern (byte \(offset + 1) of it)",
        hint: "Groups are (...) and (?<name>...); nothing may refer to them.")
    case .malformed(let message, let offset):
      error(
        "no regular expression: \(message) (byte \(offset + 1) of it)",
        hint: "Write \\ before signs that stand for themselves.")
    }
  }
}
