internal import FluxgateSignal

/// Reads the section `lines`.
extension LineFormat {
  static let keys = [
    "end-hex", "longest", "drop-hex", "skip-first", "restart", "samples", "states", "messages",
  ]

  init(_ node: ProfileNode) throws(ProfileError) {
    let map = try ProfileMap(node, keys: Self.keys)
    end = try map.optional("end-hex")?.hexBytes(most: 1).first ?? 0x0A
    longest = Int(
      try map.optional("longest")?.integer(8...Int64(PatternMatcher.longestSubject)) ?? 256)
    dropped = try map.optional("drop-hex")?.hexBytes(most: 16) ?? []
    skipsFirst = try map.optional("skip-first")?.flag() ?? true
    restart = try map.optional("restart")?.pattern()
    samples = try SampleLineFormat(try map.required("samples"))
    states =
      try map.optional("states")?.each(most: 64) { state throws(ProfileError) in
        try StateLineFormat(state)
      } ?? []
    messages = try map.optional("messages")?.pattern(capturing: "text")
  }
}

extension SampleLineFormat {
  static let keys = ["stream", "mark", "pattern", "type", "columns", "counter", "clock"]
  static let counterKeys = ["capture", "modulus", "step"]
  static let clockKeys = ["capture", "modulus"]
  private static let types: [String: SampleType] = ["int32": .int32, "int64": .int64]

  init(_ node: ProfileNode) throws(ProfileError) {
    let map = try ProfileMap(node, keys: Self.keys)
    stream = try map.required("stream").streamName()
    mark = try Self.mark(try map.required("mark"))
    let pattern = try map.required("pattern").pattern()
    self.pattern = pattern
    sampleType = try Self.type(map.optional("type"))
    let list = try map.required("columns")
    columns = try list.each(most: 62) { column throws(ProfileError) in
      try LineColumn(column, pattern)
    }
    guard Set(columns.map(\.channel.name)).count == columns.count,
      !columns.contains(where: { $0.channel.name == "valid" })
    else {
      throw list.error(
        "two columns have one name", hint: "Name each otherwise; `valid` is made by the driver.")
    }
    counter = try map.optional("counter").map { counter throws(ProfileError) in
      try LineCounter(counter, pattern)
    }
    clock = try map.optional("clock").map { clock throws(ProfileError) in
      try LineClock(clock, pattern)
    }
  }

  private static func mark(_ node: ProfileNode) throws(ProfileError) -> UInt8 {
    let bytes = try node.escapedBytes(most: 8)
    guard bytes.count == 1 else {
      throw node.error("the mark is one byte", hint: "Give what every sample line begins with.")
    }
    return bytes[0]
  }

  private static func type(_ node: ProfileNode?) throws(ProfileError) -> SampleType {
    guard let node else { return .int32 }
    let text = try node.text(longest: 16)
    guard let type = types[text] else {
      throw node.error(
        "there is no type `\(text)` here",
        hint: ProfileMap.hint(for: text, among: types.keys.sorted()))
    }
    return type
  }
}

extension LineColumn {
  static let keys = [
    "name", "capture", "form", "decimals", "optional", "valid", "kind", "unit", "scale", "offset",
    "range",
  ]
  static let validKeys = ["capture", "is"]

  init(_ node: ProfileNode, _ pattern: BoundedPattern) throws(ProfileError) {
    let map = try ProfileMap(node, keys: Self.keys)
    let name = try map.required("name")
    group = try (map.optional("capture") ?? name).capture(of: pattern)
    form = try Self.form(map)
    isOptional = try map.optional("optional")?.flag() ?? false
    validity = try map.optional("valid").map { valid throws(ProfileError) in
      try Validity(valid, pattern)
    }
    let scale = try map.optional("scale")?.number(-1e12...1e12) ?? 1
    if scale == 0 { throw node.error("the scale is 0", hint: "Every value would be the same.") }
    channel = Channel(
      name: try name.text(longest: 64), kind: try map.required("kind").text(longest: 32),
      unit: try map.optional("unit")?.text(longest: 32) ?? "", scale: scale,
      offset: try map.optional("offset")?.number(-1e12...1e12) ?? 0,
      range: try map.optional("range")?.number(0...1e12) ?? 0)
  }

  private static func form(_ map: ProfileMap) throws(ProfileError) -> Form {
    let form = map.optional("form")
    switch try form?.text(longest: 16) ?? "number" {
    case "number":
      return .number(decimals: Int(try map.optional("decimals")?.integer(0...12) ?? 0))
    case "letter": return .letter
    case let other:
      throw (form ?? map.place).error(
        "there is no form `\(other)`",
        hint: ProfileMap.hint(for: other, among: ["number", "letter"]))
    }
  }
}

extension LineColumn.Validity {
  init(_ node: ProfileNode, _ pattern: BoundedPattern) throws(ProfileError) {
    let map = try ProfileMap(node, keys: LineColumn.validKeys)
    group = try map.required("capture").capture(of: pattern)
    text = try map.required("is").escapedBytes(most: 16)
  }
}

extension LineCounter {
  init(_ node: ProfileNode, _ pattern: BoundedPattern) throws(ProfileError) {
    let map = try ProfileMap(node, keys: SampleLineFormat.counterKeys)
    group = try map.required("capture").capture(of: pattern)
    modulus = UInt64(try map.required("modulus").integer(2...0xFFFF_FFFF))
    step = UInt64(try map.optional("step")?.integer(1...Int64(modulus) - 1) ?? 1)
    guard modulus % step == 0 else {
      throw node.error(
        "the modulus is no multiple of the step",
        hint: "The counter would not come round to itself.")
    }
  }
}

extension LineClock {
  init(_ node: ProfileNode, _ pattern: BoundedPattern) throws(ProfileError) {
    let map = try ProfileMap(node, keys: SampleLineFormat.clockKeys)
    group = try map.required("capture").capture(of: pattern)
    modulus = UInt64(try map.required("modulus").integer(2...1 << 53))
  }
}

extension StateLineFormat {
  static let keys = ["name", "pattern", "locked", "words", "scale", "offset", "every"]

  init(_ node: ProfileNode) throws(ProfileError) {
    let map = try ProfileMap(node, keys: Self.keys)
    name = try map.required("name").text(longest: 64)
    pattern = try map.required("pattern").pattern(capturing: "value")
    locked = try map.optional("locked")?.escapedBytes(most: 32)
    words = [:]
    for (key, value) in try map.optional("words")?.pairs(most: 16) ?? [] {
      words[try key.text(longest: 32)] = try value.text(longest: 64)
    }
    scale = try map.optional("scale")?.number(-1e12...1e12) ?? 1
    offset = try map.optional("offset")?.number(-1e12...1e12) ?? 0
    every = try map.optional("every")?.duration(upTo: .seconds(600)) ?? 0
  }
}

extension ProfileNode {
  /// A pattern that must have a capture of this name.
  fileprivate func pattern(capturing name: String) throws(ProfileError) -> BoundedPattern {
    let pattern = try pattern()
    guard pattern.group(name) != nil else {
      throw error("no capture is called `\(name)`", hint: "Write it as (?<\(name)>...).")
    }
    return pattern
  }

  /// The number of the pattern's capture that has this name.
  fileprivate func capture(of pattern: BoundedPattern) throws(ProfileError) -> Int {
    let name = try text(longest: 64)
    guard let group = pattern.group(name) else {
      throw error(
        "no capture is called `\(name)`", hint: ProfileMap.hint(for: name, among: pattern.groups))
    }
    return group
  }
}
