internal import Yams

/// A piece of a profile's YAML that knows where it stands; every read checks type and range.
struct ProfileNode {
  let node: Node
  let file: String

  func error(_ message: String, hint: String) -> ProfileError {
    let mark = node.mark
    return ProfileError(
      file: file, line: mark?.line ?? 0, column: mark?.column ?? 0, message: message, hint: hint)
  }

  /// The text of a plain or quoted scalar, of 1 to `longest` characters without control characters.
  func text(longest: Int) throws(ProfileError) -> String {
    guard case .scalar(let scalar) = node, !isNull else {
      throw error("a text is needed here", hint: "Write a single value, quoted if it looks odd.")
    }
    let value = scalar.string
    guard (1...longest).contains(value.count) else {
      throw error(
        "the text has \(value.count) characters", hint: "1 to \(longest) are allowed here.")
    }
    guard !value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else {
      throw error("the text holds a control character", hint: "Keep it on one line, without tabs.")
    }
    return value
  }

  func integer(_ range: ClosedRange<Int64>) throws(ProfileError) -> Int64 {
    guard let plain = plainText, let value = Int64(plain) else {
      throw error("a whole number is needed here", hint: "Write it in decimal, without quotes.")
    }
    guard range.contains(value) else {
      throw outOfRange("\(range.lowerBound)", "\(range.upperBound)")
    }
    return value
  }

  /// A number above zero.
  func positive(upTo limit: Double) throws(ProfileError) -> Double {
    guard let plain = plainText, let value = Double(plain), value.isFinite else {
      throw error("a number is needed here", hint: "Write it in decimal, without quotes.")
    }
    guard value > 0, value <= limit else { throw outOfRange("above 0", "\(Int(limit))") }
    return value
  }

  /// Any number of the range.
  func number(_ range: ClosedRange<Double>) throws(ProfileError) -> Double {
    guard let plain = plainText, let value = Double(plain), value.isFinite else {
      throw error("a number is needed here", hint: "Write it in decimal, without quotes.")
    }
    guard range.contains(value) else {
      throw outOfRange("\(range.lowerBound)", "\(range.upperBound)")
    }
    return value
  }

  func flag() throws(ProfileError) -> Bool {
    switch plainText {
    case "true": return true
    case "false": return false
    default: throw error("true or false is needed here", hint: "Write it without quotes.")
    }
  }

  /// What `read` makes of every entry of a list.
  func each<Entry>(
    most: Int, _ read: (ProfileNode) throws(ProfileError) -> Entry
  ) throws(ProfileError) -> [Entry] {
    var entries: [Entry] = []
    for node in try list(most: most) { entries.append(try read(node)) }
    return entries
  }

  func list(most: Int) throws(ProfileError) -> [ProfileNode] {
    guard case .sequence(let sequence) = node else {
      throw error("a list is needed here", hint: "Write it as [one, two] or with a - before each.")
    }
    guard (1...most).contains(sequence.count) else {
      throw error("the list has \(sequence.count) entries", hint: "1 to \(most) are allowed here.")
    }
    return sequence.map { ProfileNode(node: $0, file: file) }
  }

  /// Key and value pairs, the keys being texts.
  func pairs(most: Int) throws(ProfileError) -> [(key: ProfileNode, value: ProfileNode)] {
    guard case .mapping(let mapping) = node else {
      throw error("keys with values are needed here", hint: "Write them as `key: value`, indented.")
    }
    guard mapping.count <= most else {
      throw error("there are \(mapping.count) keys", hint: "At most \(most) are allowed here.")
    }
    return mapping.map {
      (ProfileNode(node: $0.key, file: file), ProfileNode(node: $0.value, file: file))
    }
  }

  private var plainText: String? {
    guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else {
      return nil
    }
    return scalar.string
  }

  private var isNull: Bool {
    plainText.map { ["", "~", "null", "Null", "NULL"].contains($0) } ?? false
  }

  private func outOfRange(_ low: String, _ high: String) -> ProfileError {
    error("the number is out of range", hint: "Allowed is \(low) to \(high).")
  }
}
