internal import FluxgateTransport

extension ProfileTransport {
  static let kinds = ["serial", "tcp", "udp", "usb", "lsl"]

  /// Reads the one link that a profile names.
  init(_ node: ProfileNode) throws(ProfileError) {
    let map = try ProfileMap(node, keys: Self.kinds)
    let given = Self.kinds.filter { map.optional($0) != nil }
    guard given.count == 1, let place = map.optional(given[0]) else {
      throw node.error(
        "one transport is needed here", hint: "Give one of: \(Self.kinds.joined(separator: ", ")).")
    }
    switch given[0] {
    case "serial":
      let map = try ProfileMap(place, keys: ["baud"] + ModemLines.keys)
      self = .serial(baud: UInt32(try map.required("baud").integer(300...12_000_000)))
    case "tcp":
      self = .tcp(port: try Self.port(place))
    case "udp":
      self = .udp(port: try Self.port(place))
    case "lsl": self = .lsl(try LSLSelection(place))
    default:
      self = .usb(try USBLinkSettings(place))
    }
  }

  private static func port(_ place: ProfileNode) throws(ProfileError) -> UInt16 {
    UInt16(try ProfileMap(place, keys: ["port"]).required("port").integer(1...65_535))
  }
}

extension USBLinkSettings {
  private static let keys = [
    "interface", "alternate", "input", "output", "transfers", "transfer-bytes", "clear-halt",
  ]

  init(_ node: ProfileNode) throws(ProfileError) {
    let map = try ProfileMap(node, keys: Self.keys)
    let (kind, input) = try Self.endpoint(try map.required("input"), isInput: true)
    self.init(input: input, inputKind: kind == "interrupt" ? .interrupt : .bulk)
    if let output = map.optional("output") { self.output = try Self.output(output) }
    interface = UInt8(try map.optional("interface")?.integer(0...31) ?? 0)
    alternate = UInt8(try map.optional("alternate")?.integer(0...31) ?? 0)
    transferCount = Int(try map.optional("transfers")?.integer(1...64) ?? 4)
    transferBytes = Int(try map.optional("transfer-bytes")?.integer(8...1_048_576) ?? 65_536)
    clearsHalt = try map.optional("clear-halt")?.text(longest: 5) == "true"
  }

  private static func output(_ node: ProfileNode) throws(ProfileError) -> Output {
    if try node.text(longest: 32) == "set-report" { return .setReport }
    let (kind, address) = try endpoint(node, isInput: false)
    return kind == "interrupt" ? .interrupt(address) : .bulk(address)
  }

  /// `bulk 0x82` or `interrupt 0x81`.
  private static func endpoint(
    _ node: ProfileNode, isInput: Bool
  ) throws(ProfileError) -> (kind: Substring, address: UInt8) {
    let words = try node.text(longest: 32).split(separator: " ")
    guard words.count == 2, ["bulk", "interrupt"].contains(words[0]), words[1].hasPrefix("0x"),
      let address = UInt8(words[1].dropFirst(2), radix: 16), address & 0x70 == 0,
      (address & 0x80 != 0) == isInput
    else {
      throw node.error(
        "no \(isInput ? "IN" : "OUT") endpoint",
        hint: "Write it like `bulk \(isInput ? "0x82" : "0x01")` or `interrupt 0x81`.")
    }
    return (words[0], address)
  }
}

extension LSLSelection {
  private static let keysOfProfile = ["scope", "session", "peers", "interface"]

  init(_ node: ProfileNode) throws(ProfileError) {
    let map = try ProfileMap(node, keys: Self.keysOfProfile)
    self.init()
    let scope = try map.required("scope")
    guard let known = Scope(rawValue: try scope.text(longest: 16)) else {
      throw scope.error("there is no such scope", hint: "Write machine, link or site.")
    }
    self.scope = known
    if let session = map.optional("session") { sessionID = try session.text(longest: 64) }
    interface = try map.optional("interface")?.text(longest: 64)
    for peer in try map.optional("peers")?.list(most: 32) ?? [] {
      peers.append(try peer.text(longest: 256))
    }
  }
}
