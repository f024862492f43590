internal import FluxgateDevice
internal import FluxgateTransport

extension DeviceLink {
  static func address(
    _ link: String?, _ profile: DeviceProfile, _ device: String
  ) throws(Fault) -> String {
    if let address = link ?? profile.match.address { return address }
    if case .usb = profile.transport { return "usb" }
    throw Fault(
      "C04", "\(device): where is it?",
      remedy: "add @LINK behind the profile; `fluxgate scan` lists what is there", exit: .refused)
  }

  static func place(
    _ address: String, _ settings: USBLinkSettings, _ profile: DeviceProfile
  ) throws(Fault) -> USBPlace {
    guard let choice = USBChoice(address) else {
      throw Fault(
        "C04", "\"\(address)\" is no USB device",
        remedy: "write @usb, @usb:SERIAL or @usb:1-1.2; `fluxgate scan` lists what is there",
        exit: .refused)
    }
    let match = profile.match
    return USBPlace(settings: settings, choice: choice) {
      match.fits($0.numbers, product: $0.product)
    }
  }

  /// What the device is called if it is there now; a device may come later.
  static func name(of place: USBPlace, _ device: String) throws(Fault) -> String? {
    let found = place.candidates()
    guard found.count > 1 else { return found.first?.description }
    throw Fault(
      "C10", "\(device): \(found.count) devices could be meant",
      state: found.map(\.description).joined(separator: "; "),
      remedy: "say which one: @usb:SERIAL or @usb:PORT, like @usb:\(found[0].portPath)",
      exit: .refused)
  }
}
