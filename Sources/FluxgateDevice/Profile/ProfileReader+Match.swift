internal import FluxgateTransport

extension ProfileReader {
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
      match.product = try product.pattern()
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
    if case .tcp = transport {
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
}
