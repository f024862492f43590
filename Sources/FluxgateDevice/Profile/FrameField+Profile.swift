internal import FluxgateSignal

/// Reads the entries of `fields`, `slow` and `states`.
extension FrameField {
  static let keys = [
    "name", "at", "count", "first", "stride", "type", "part", "kind", "unit", "scale", "offset",
    "range", "rails",
  ]

  init(_ node: ProfileNode, _ room: FrameRoom, parts: Int) throws(ProfileError) {
    let map = try ProfileMap(node, keys: Self.keys)
    format = try map.required("type").numberFormat()
    count = Int(try map.optional("count")?.integer(1...4096) ?? 1)
    first = Int(try map.optional("first")?.integer(0...100_000) ?? 1)
    stride = Int(try map.optional("stride")?.integer(1...4096) ?? Int64(format.byteCount))
    offset = try room.offset(map, byteCount: (count - 1) * stride + format.byteCount)
    part = Int(try map.optional("part")?.integer(0...Int64(parts - 1)) ?? 0)
    name = try map.required("name").numberedName(isNeeded: count > 1)
    kind = try map.required("kind").text(longest: 32)
    unit = try map.optional("unit")?.text(longest: 32) ?? ""
    scale = try map.optional("scale")?.number(-1e12...1e12) ?? 1
    zero = try map.optional("offset")?.number(-1e12...1e12) ?? 0
    range = try map.optional("range")?.number(0...1e12) ?? 0
    rails =
      try map.optional("rails")?.each(most: 8) { code throws(ProfileError) in
        try code.integer(-0x8000_0000...0xFFFF_FFFF)
      } ?? []
    if scale == 0 {
      throw node.error("the scale is 0", hint: "Every value would be the same.")
    }
    if format.kind == .f32, !rails.isEmpty {
      throw node.error("`rails` are codes of integers", hint: "Take them out for f32.")
    }
  }
}

extension FrameField {
  /// Before the columns are made one by one.
  static func check(
    _ fields: [FrameField], most: Int, at place: ProfileNode
  ) throws(ProfileError) {
    let count = fields.reduce(0) { $0 + $1.count }
    guard count <= most else {
      throw place.error("\(count) columns", hint: "At most \(most) are read.")
    }
  }
}

extension SlowStream {
  static let keys = ["stream", "when", "skip-zero", "fields"]
  static let whenKeys = ["at", "is"]

  init(_ node: ProfileNode, _ room: FrameRoom) throws(ProfileError) {
    let map = try ProfileMap(node, keys: Self.keys)
    name = try map.required("stream").streamName()
    let when = try ProfileMap(try map.required("when"), keys: Self.whenKeys)
    place = try room.offset(when, byteCount: 1)
    values = try when.required("is").byteSet()
    skipsZero = try map.optional("skip-zero")?.flag() ?? false
    let list = try map.required("fields")
    fields = try list.each(most: 64) { field throws(ProfileError) in
      try FrameField(field, room, parts: 1)
    }
    if fields.contains(where: { $0.format.kind == .f32 || !$0.rails.isEmpty }) {
      throw list.error(
        "a slow stream keeps integers without rails", hint: "Move the field to `fields`.")
    }
    try FrameField.check(fields, most: 256, at: list)
    let names = SlowRow.leading.map(\.name) + fields.flatMap(\.columns).map(\.name)
    try FrameFormat.check(names: names, of: "columns", most: 256, at: list)
  }
}

extension FrameState {
  static let keys = ["name", "at", "type", "bit", "count", "first", "part"]

  /// The states of one entry: as many as it has bits, the lowest first.
  static func all(
    _ node: ProfileNode, _ room: FrameRoom, parts: Int
  ) throws(ProfileError) -> [FrameState] {
    let map = try ProfileMap(node, keys: keys)
    let format = try map.required("type").numberFormat()
    guard format.isUnsigned else {
      throw try map.required("type").error("bits have no sign", hint: "Use u8, u16, u24 or u32.")
    }
    let offset = try room.offset(map, byteCount: format.byteCount)
    let most = Int64(8 * format.byteCount)
    let bit = try map.required("bit").integer(0...most - 1)
    let count = try map.optional("count")?.integer(1...most - bit) ?? 1
    let first = try map.optional("first")?.integer(0...100_000) ?? 1
    let part = Int(try map.optional("part")?.integer(0...Int64(parts - 1)) ?? 0)
    let name = try map.required("name").numberedName(isNeeded: count > 1)
    return (0..<count).map { index in
      FrameState(
        label: name.replacing("#", with: "\(first + index)"), format: format, offset: offset,
        bit: Int(bit + index), part: part)
    }
  }
}
