/// Reads a profile's `frames` section.
extension FrameFormat {
  static let keys = [
    "sync", "length", "end", "marks", "checksum", "counter", "confirm", "frames-per-row", "stream",
    "fields", "slow", "states",
  ]
  static let counterKeys = ["at", "type", "modulus", "step"]
  static let markKeys = ["at", "mask", "value"]
  static let checksumKeys = ["kind", "at", "first", "last", "order"]
  static let greatestLength = 8192
  static let mostColumns = 4096

  init(_ node: ProfileNode) throws(ProfileError) {
    let map = try ProfileMap(node, keys: Self.keys)
    sync = try map.required("sync").hexBytes(most: 8)
    let length = try map.required("length").integer(2...Int64(Self.greatestLength))
    let room = FrameRoom(length: Int(length))
    self.length = room.length
    end = try map.optional("end")?.byteSet()
    marks =
      try map.optional("marks")?.each(most: 64) { mark throws(ProfileError) in
        try FrameMark(mark, room)
      } ?? []
    checksum = try map.optional("checksum").map { sum throws(ProfileError) in
      try FrameChecksum(sum, room)
    }
    counter = try map.optional("counter").map { counter throws(ProfileError) in
      try FrameCounter(counter, room)
    }
    confirmsWithNext = try map.optional("confirm")?.flag() ?? true
    framesPerRow = Int(try map.optional("frames-per-row")?.integer(1...8) ?? 1)
    let parts = framesPerRow
    stream = try map.required("stream").streamName()
    fields = try map.required("fields").each(most: 256) { field throws(ProfileError) in
      try FrameField(field, room, parts: parts)
    }
    slow =
      try map.optional("slow")?.each(most: 16) { slow throws(ProfileError) in
        try SlowStream(slow, room)
      } ?? []
    states =
      try map.optional("states")?.each(most: 64) { state throws(ProfileError) in
        try FrameState.all(state, room, parts: parts)
      }.flatMap { $0 } ?? []
    try checkWhole(map)
  }

  /// What no single entry can tell.
  private func checkWhole(_ map: ProfileMap) throws(ProfileError) {
    guard sync.count < length else {
      throw try map.required("sync").error(
        "the sync is as long as the frame", hint: "A frame holds more than its sync.")
    }
    if framesPerRow > 1 { try checkParts(map) }
    try FrameField.check(fields, most: Self.mostColumns, at: map.required("fields"))
    try Self.check(
      names: columns.map(\.name), of: "columns", most: Self.mostColumns, at: map.required("fields"))
    if let place = map.optional("states") {
      try Self.check(names: states.map(\.label), of: "states", most: 1024, at: place)
    }
    if let place = map.optional("slow") {
      let names = [stream, "events"] + slow.map(\.name)
      try Self.check(names: names, of: "streams", most: 32, at: place)
    }
  }

  private func checkParts(_ map: ProfileMap) throws(ProfileError) {
    let place = try map.required("frames-per-row")
    guard let counter, counter.modulus % (counter.step * UInt64(framesPerRow)) == 0 else {
      throw place.error(
        "the counter cannot tell the frames of a row apart",
        hint: "Give a `counter` whose modulus divides by the frames of a row.")
    }
    let missing = (0..<framesPerRow).first { part in !fields.contains { $0.part == part } }
    if let missing {
      throw place.error(
        "no field is in part \(missing)", hint: "Give each of the frames a field with its `part`.")
    }
  }

  static func check(
    names: [String], of what: String, most: Int, at place: ProfileNode
  ) throws(ProfileError) {
    guard names.count <= most else {
      throw place.error("\(names.count) \(what)", hint: "At most \(most) are read.")
    }
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted {
      throw place.error("two \(what) are called `\(name)`", hint: "Give each a name of its own.")
    }
  }
}

/// The frame that offsets must lie within.
struct FrameRoom {
  let length: Int

  /// The `at` of a map, with room for `byteCount` bytes from there on.
  func offset(
    _ map: ProfileMap, _ key: String = "at", byteCount: Int
  ) throws(ProfileError) -> Int {
    let node = try map.required(key)
    let offset = Int(try node.integer(0...Int64(FrameFormat.greatestLength)))
    guard offset + byteCount <= length else {
      throw node.error(
        "bytes \(offset) to \(offset + byteCount - 1) are beyond the frame",
        hint: "The frame has \(length) bytes, counted from 0.")
    }
    return offset
  }
}

extension FrameMark {
  init(_ node: ProfileNode, _ room: FrameRoom) throws(ProfileError) {
    let map = try ProfileMap(node, keys: FrameFormat.markKeys)
    offset = try room.offset(map, byteCount: 1)
    mask = try map.optional("mask")?.hexBytes(most: 1)[0] ?? 0xFF
    value = try map.required("value").hexBytes(most: 1)[0]
    guard value & ~mask == 0 else {
      throw node.error("the value has bits that the mask has not", hint: "No frame could match.")
    }
  }
}

extension FrameCounter {
  init(_ node: ProfileNode, _ room: FrameRoom) throws(ProfileError) {
    let map = try ProfileMap(node, keys: FrameFormat.counterKeys)
    format = try map.required("type").numberFormat()
    guard format.isUnsigned else {
      throw try map.required("type").error(
        "a counter has no sign", hint: "Use u8, u16, u24 or u32.")
    }
    offset = try room.offset(map, byteCount: format.byteCount)
    let full = Int64(1) << Int64(8 * format.byteCount)
    modulus = UInt64(try map.optional("modulus")?.integer(2...full) ?? full)
    step = UInt64(try map.optional("step")?.integer(1...full / 2) ?? 1)
    guard step < modulus else {
      throw node.error("the step is a whole round", hint: "It must be less than the modulus.")
    }
  }
}

extension FrameChecksum {
  init(_ node: ProfileNode, _ room: FrameRoom) throws(ProfileError) {
    let map = try ProfileMap(node, keys: FrameFormat.checksumKeys)
    kind = try map.required("kind").oneOf(Kind.self)
    offset = 0
    first = try room.offset(map, "first", byteCount: 1)
    last = try room.offset(map, "last", byteCount: 1)
    isBigEndian = try map.optional("order")?.oneOf(Order.self) == .big
    offset = try room.offset(map, byteCount: byteCount)
    guard first <= last else {
      throw node.error("it covers no byte", hint: "`last` is the last byte that it covers.")
    }
    guard offset > last || offset + byteCount <= first else {
      throw node.error("it covers itself", hint: "Leave its own bytes out of `first` to `last`.")
    }
  }

  private enum Order: String, CaseIterable { case big, little }
}
