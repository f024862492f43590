/// What a profile's pattern may not hold, looked for before it is compiled.
///
/// References back, calls of groups, conditions and verbs are what make the work of a match hard to
/// foresee. The search does not follow brackets, so it also refuses `[(?R]`, where `(` stands for
/// itself: writing `[?R(]` says the same.
enum PatternSyntax {
  /// After a backslash: calls and references (g, k), single code units (C), quoting that would hide
  /// the rest from this search (Q, E), and resets of the match's start (K).
  private static let refusedEscapes = Array("gkCQEK".utf8)

  /// The first thing that is not allowed, if any.
  static func refusal(in pattern: [UInt8]) -> PatternError? {
    var place = 0
    while place < pattern.count {
      switch pattern[place] {
      case UInt8(ascii: "\\"):
        if let fault = escape(pattern, at: place) { return fault }
        place += 2
      case UInt8(ascii: "("):
        if let fault = group(pattern[(place + 1)...], at: place) { return fault }
        place += 1
      default: place += 1
      }
    }
    return nil
  }

  private static func escape(_ pattern: [UInt8], at place: Int) -> PatternError? {
    guard place + 1 < pattern.count, refusedEscapes.contains(pattern[place + 1]) else { return nil }
    let letter = Character(UnicodeScalar(pattern[place + 1]))
    return .notAllowed("`\\\(letter)`", offset: place)
  }

  private static func group(_ rest: ArraySlice<UInt8>, at place: Int) -> PatternError? {
    guard let first = rest.first else { return nil }
    if first == UInt8(ascii: "*") { return .notAllowed("a verb, `(*`", offset: place) }
    guard first == UInt8(ascii: "?"), let second = rest.dropFirst().first else { return nil }
    switch second {
    case UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "!"): return nil
    case UInt8(ascii: "<"):
      let third = rest.dropFirst(2).first ?? 0
      return isLetter(third) ? nil : .notAllowed("a look behind, `(?<`", offset: place)
    default:
      let mark = Character(UnicodeScalar(second))
      return .notAllowed("a group that begins with `(?\(mark)`", offset: place)
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "_")
  }
}
