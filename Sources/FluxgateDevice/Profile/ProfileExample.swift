/// Bytes as a device would send them, and what has to come of them: a profile tests itself.
public struct ProfileExample: Sendable, Hashable {
  struct Row: Sendable, Hashable {
    var stream: String
    var numbers: [Double]
    /// Whether the numbers are in the channels' units; codes otherwise.
    var isPhysical: Bool
  }

  public var name: String
  var bytes: [UInt8]
  /// Of each stream in its order.
  var rows: [Row]
  /// Labels of sensor states, each once.
  var states: Set<String>
  /// Rows of the first stream that are missing, and bytes that are in no frame; nil for any number.
  var lost: UInt64?
  var skipped: Int?
  var line: Int
  var column: Int
  var file: String
}

extension ProfileExample {
  static let keys = ["name", "bytes", "lines", "gives", "lost", "skipped"]
  static let givenKeys = ["stream", "codes", "values", "state"]
  /// Numbers in all examples together: more than a file can hold that does not repeat itself by alias.
  static let mostNumbers = 32_768

  init(_ node: ProfileNode) throws(ProfileError) {
    let map = try ProfileMap(node, keys: Self.keys)
    let place = node.error("", hint: "")
    (line, column, file) = (place.line, place.column, place.file)
    name = try map.required("name").text(longest: 128)
    bytes = try Self.bytes(map)
    rows = []
    states = []
    for entry in try map.optional("gives")?.list(most: 256) ?? [] {
      let given = try ProfileMap(entry, keys: Self.givenKeys)
      if let state = given.optional("state") {
        states.insert(try state.text(longest: 128))
      } else {
        rows.append(try Self.row(given))
      }
      try Self.check(numberCount, at: entry)
    }
    lost = try map.optional("lost").map { lost throws(ProfileError) in
      UInt64(try lost.integer(0...1_000_000_000))
    }
    skipped = try map.optional("skipped").map { count throws(ProfileError) in
      Int(try count.integer(0...1_000_000))
    }
  }

  /// All the examples of a profile.
  static func all(_ node: ProfileNode) throws(ProfileError) -> [ProfileExample] {
    var examples: [ProfileExample] = []
    var count = 0
    for entry in try node.list(most: 256) {
      let example = try ProfileExample(entry)
      count += example.numberCount
      try check(count, at: entry)
      examples.append(example)
    }
    return examples
  }

  private var numberCount: Int { bytes.count + rows.reduce(0) { $0 + $1.numbers.count } }

  private static func check(_ count: Int, at place: ProfileNode) throws(ProfileError) {
    guard count <= mostNumbers else {
      throw place.error(
        "the examples are too long", hint: "At most \(mostNumbers) bytes and numbers in all.")
    }
  }

  /// `bytes` in hexadecimal, or `lines` of text that each end with CR and LF.
  private static func bytes(_ map: ProfileMap) throws(ProfileError) -> [UInt8] {
    if let lines = map.optional("lines") {
      return try lines.each(most: 256) { line throws(ProfileError) in
        Array("\(try line.text(longest: 4096))\r\n".utf8)
      }.flatMap { $0 }
    }
    return try map.required("bytes").hexBytes(most: 4096)
  }

  private static func row(_ given: ProfileMap) throws(ProfileError) -> Row {
    let physical = given.optional("values")
    let list: ProfileNode
    if let physical { list = physical } else { list = try given.required("codes") }
    return Row(
      stream: try given.required("stream").text(longest: 64),
      numbers: try list.each(most: 4096) { number throws(ProfileError) in
        try number.number(-1e300...1e300)
      }, isPhysical: physical != nil)
  }
}
