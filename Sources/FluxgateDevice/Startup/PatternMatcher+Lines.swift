extension PatternMatcher {
  /// Whether a line of a device holds the pattern. A line that is too long or too costly holds it not:
  /// a device may send anything, and what it sends must not end a recording.
  func isFound(in line: RawSpan) -> Bool {
    do throws(MatchError) { return try matches(line) } catch { return false }
  }

  /// The decimal number that a group of the last match stood for.
  func number(_ group: String, in line: RawSpan) -> Double? {
    guard let range = pattern.group(group).flatMap(range(of:)) else { return nil }
    return DecimalText.number(line.extracting(range))
  }

  /// The printable characters of what a group of the last match stood for, at most `longest`.
  func text(_ group: String, in line: RawSpan, longest: Int = 256) -> String? {
    guard let range = pattern.group(group).flatMap(range(of:)) else { return nil }
    var text = ""
    for place in range.prefix(longest) {
      guard let byte = line.u8(at: place), (0x20..<0x7F).contains(byte) else { continue }
      text.unicodeScalars.append(UnicodeScalar(byte))
    }
    return text
  }
}
