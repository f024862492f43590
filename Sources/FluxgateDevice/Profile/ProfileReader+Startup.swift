internal import FluxgateSignal

extension ProfileReader {
  static let startupKeys = ["replies-end", "steps"]
  static let stepKeys = [
    "send", "send-hex", "expect", "settle", "wait", "within", "refuse-if", "below", "times",
    "otherwise",
  ]
  static let probeKeys = [
    "listen", "hears", "frames", "send", "send-hex", "expect", "within", "replies-end",
  ]
  private static let longestTime = Int64.seconds(600)
  private static let mostSent = 256

  static func startup(
    _ node: ProfileNode?, farewell: ProfileNode?
  ) throws(ProfileError) -> StartupScript? {
    guard node != nil || farewell != nil else { return nil }
    var script = StartupScript()
    if let farewell { script.farewell = try farewell.escapedBytes(most: mostSent) }
    guard let node else { return script }
    let map = try ProfileMap(node, keys: startupKeys)
    if let end = map.optional("replies-end") { script.replyEnd = try end.escapedBytes(most: 8) }
    for entry in try map.required("steps").list(most: StartupScript.mostSteps) {
      script.steps.append(try step(entry))
    }
    return script
  }

  static func probe(_ node: ProfileNode?) throws(ProfileError) -> ProbeScript? {
    guard let node else { return nil }
    let map = try ProfileMap(node, keys: probeKeys)
    let script = ProbeScript(
      listen: try map.required("listen").duration(upTo: .seconds(30)),
      hears: try map.optional("hears")?.pattern(),
      frames: try map.optional("frames").map { node throws(ProfileError) in
        Int(try node.integer(1...1000))
      },
      send: try sent(map) ?? [],
      expect: try map.optional("expect")?.pattern(),
      within: try map.optional("within")?.duration(upTo: .seconds(30)) ?? .seconds(1),
      replyEnd: try map.optional("replies-end")?.escapedBytes(most: 8) ?? [0x0A])
    guard script.send.isEmpty == (script.expect == nil) else {
      throw node.error(
        "`send` and `expect` go together", hint: "Say both what is asked and what answers it.")
    }
    guard script.hears != nil || script.frames != nil || script.expect != nil else {
      throw node.error("nothing to know it by", hint: "Give `hears`, `frames` or `expect`.")
    }
    return script
  }

  private static func step(_ node: ProfileNode) throws(ProfileError) -> StartupStep {
    let map = try ProfileMap(node, keys: stepKeys)
    if let bytes = try sent(map) {
      try only(["send", "send-hex"], in: map)
      return .send(bytes)
    }
    if let wait = map.optional("wait") {
      try only(["wait"], in: map)
      return .wait(try wait.duration(upTo: longestTime))
    }
    if map.optional("settle") != nil { return .settle(try settle(map)) }
    guard map.optional("expect") != nil else {
      throw node.error(
        "no step that is known", hint: "Begin it with `send`, `expect`, `settle` or `wait`.")
    }
    return .expect(try expect(map))
  }

  private static func expect(_ map: ProfileMap) throws(ProfileError) -> ExpectStep {
    try only(["expect", "within", "refuse-if", "otherwise"], in: map)
    return ExpectStep(
      pattern: try map.required("expect").pattern(),
      within: try map.required("within").duration(upTo: longestTime),
      refuseIf: try map.optional("refuse-if")?.pattern(),
      otherwise: try map.required("otherwise").text(longest: 256))
  }

  private static func settle(_ map: ProfileMap) throws(ProfileError) -> SettleStep {
    try only(["settle", "below", "times", "within", "otherwise"], in: map)
    var patterns: [BoundedPattern] = []
    for entry in try map.required("settle").list(most: 8) {
      let pattern = try entry.pattern()
      guard pattern.group("value") != nil else {
        throw entry.error(
          "no capture is called `value`", hint: "Write the number as (?<value>...).")
      }
      patterns.append(pattern)
    }
    return SettleStep(
      patterns: patterns,
      below: try map.required("below").positive(upTo: 1e12),
      times: Int(try map.required("times").integer(1...1000)),
      within: try map.required("within").duration(upTo: longestTime),
      otherwise: try map.required("otherwise").text(longest: 256))
  }

  /// What a step sends, written as text or as hex.
  private static func sent(_ map: ProfileMap) throws(ProfileError) -> [UInt8]? {
    if let text = map.optional("send") {
      guard let hex = map.optional("send-hex") else { return try text.escapedBytes(most: mostSent) }
      throw hex.error("`send` is there already", hint: "Write it as text or as hex.")
    }
    return try map.optional("send-hex")?.hexBytes(most: mostSent)
  }

  private static func only(_ keys: [String], in map: ProfileMap) throws(ProfileError) {
    for key in stepKeys where !keys.contains(key) {
      guard let stray = map.optional(key) else { continue }
      throw stray.error(
        "`\(key)` does not belong to this step", hint: "It takes \(keys.joined(separator: ", ")).")
    }
  }
}
