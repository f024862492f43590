internal import FluxgateTransport

extension ModemLines {
  static let keys = ["dtr", "rts"]

  /// Reads `dtr` and `rts` of a serial transport; nothing where the link is another one.
  init(transport node: ProfileNode) throws(ProfileError) {
    self.init()
    for (key, place) in try node.pairs(most: 3) where try key.text(longest: 64) == "serial" {
      let map = try ProfileMap(place, keys: ["baud"] + Self.keys)
      dataTerminalReady = try Self.level(map.optional("dtr"))
      requestToSend = try Self.level(map.optional("rts"))
    }
  }

  private static func level(_ node: ProfileNode?) throws(ProfileError) -> Bool? {
    guard let node else { return nil }
    switch try node.text(longest: 8) {
    case "true": return true
    case "false": return false
    default: throw node.error("neither true nor false", hint: "Write `true` for a raised line.")
    }
  }
}
