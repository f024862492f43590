/// The kinds of values that frames are described with.
extension ProfileNode {
  /// Bytes and ranges of bytes: `C0`, `C0..C6`, `00 80..8F`.
  func byteSet() throws(ProfileError) -> ByteSet {
    var ranges: [ClosedRange<UInt8>] = []
    for word in try text(longest: 128).split(separator: " ") {
      let ends = word.components(around: "..").map { UInt8($0, radix: 16) }
      guard word.count == 2 || word.count == 6, let low = ends.first ?? nil,
        let high = ends.last ?? nil, low <= high
      else {
        throw error("no set of bytes", hint: "Write it like \"C0\", \"C0..C6\" or \"00 80..8F\".")
      }
      ranges.append(low...high)
    }
    return ByteSet(ranges: ranges)
  }

  func numberFormat() throws(ProfileError) -> NumberFormat {
    let text = try text(longest: 16)
    if let format = NumberFormat(text) { return format }
    let orders = ["le", "be"].filter { NumberFormat(text + $0) != nil }
    throw error(
      "there is no type `\(text)`",
      hint: orders.isEmpty
        ? ProfileMap.hint(for: text, among: NumberFormat.names)
        : "Say the order of its bytes: `\(text)le` or `\(text)be`.")
  }

  func oneOf<Choice: RawRepresentable<String> & CaseIterable>(
    _ type: Choice.Type
  ) throws(ProfileError) -> Choice {
    let text = try text(longest: 64)
    guard let choice = Choice(rawValue: text) else {
      throw error(
        "`\(text)` is not known here",
        hint: ProfileMap.hint(for: text, among: Choice.allCases.map(\.rawValue)))
    }
    return choice
  }

  /// Lower-case letters, digits, `-` and `_`.
  func streamName() throws(ProfileError) -> String {
    let text = try text(longest: 32)
    guard text.utf8.allSatisfy({ Self.isNameByte($0) }) else {
      throw error(
        "the name holds other characters than allowed",
        hint: "Use lower-case letters, digits, hyphens and underscores.")
    }
    return text
  }

  /// A name in which `#` stands for a number, which it must where there are several.
  func numberedName(isNeeded: Bool) throws(ProfileError) -> String {
    let text = try text(longest: 64)
    guard !isNeeded || text.contains("#") else {
      throw error("several have this one name", hint: "Put a # where the number shall stand.")
    }
    return text
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension Substring {
  /// The parts before and after the first `mark`; all of it where there is none.
  fileprivate func components(around mark: String) -> [Substring] {
    guard let place = firstRange(of: mark) else { return [self] }
    return [self[..<place.lowerBound], self[place.upperBound...]]
  }
}
