internal import FluxgateTransport

extension ProfileReader {
  /// Wildcards and repeats in one expression: few enough to end soon on the longest product text.
  private static let mostRepeats = 3

  static func match(
    _ node: ProfileNode, _ transport: ProfileTransport
  ) throws(ProfileError) -> DeviceMatch {
    let map = try ProfileMap(node, keys: matchKeys)
    var match = DeviceMatch(usb: [], product: nil, address: nil)
    if let usb = map.optional("usb") { match.usb = try numbers(usb, transport) }
    if let product = map.optional("product") {
      guard !match.usb.isEmpty else {
        throw product.error("`product` needs `usb` beside it", hint: "Add the USB numbers.")
      }
      match.product = try expression(product)
    }
    match.address = try map.optional("address")?.text(longest: 256)
    guard !match.usb.isEmpty || match.address != nil else {
      throw node.error("nothing to match by", hint: "Give `usb` numbers or an `address`.")
    }
    return match
  }

  private static func numbers(
    _ node: ProfileNode, _ transport: ProfileTransport
  ) throws(ProfileError) -> [USBNumbers] {
    switch transport {
    case .serial, .usb: break
    case .tcp, .lsl:
      throw node.error("`usb` does not go with this transport", hint: "Give an `address` instead.")
    }
    var found: [USBNumbers] = []
    for entry in try node.list(most: 32) {
      guard let numbers = USBNumbers(try entry.text(longest: 64)) else {
        throw entry.error(
          "no USB vendor and product numbers", hint: "Write them as lsusb does: \"22a3:0047\".")
      }
      found.append(numbers)
    }
    return found
  }

  /// Groups are refused: repeats within repeats can take for ever.
  private static func expression(_ node: ProfileNode) throws(ProfileError) -> String {
    let text = try node.text(longest: 128)
    guard !text.contains(where: { "()\\{}".contains($0) }) else {
      throw node.error(
        "groups, braces and backslashes are not allowed in `product`",
        hint: "Use letters, `.`, `[...]`, `*`, `+`, `?`, `|`, `^` and `$`.")
    }
    guard text.filter({ "*+?".contains($0) }).count <= mostRepeats else {
      throw node.error(
        "too many repeats in `product`", hint: "At most \(mostRepeats) of `*`, `+` and `?`.")
    }
    guard (try? Regex(text)) != nil else {
      throw node.error("`product` is no regular expression", hint: "Check its brackets.")
    }
    return text
  }
}
