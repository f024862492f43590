public import FluxgateDevice
public import FluxgateTransport

/// The udev rules that let whoever sits at this computer, and the service's group, open devices.
public enum AccessRules {
  /// Before the file that hands out rights to seats (73-seat-late.rules).
  public static let file = "/etc/udev/rules.d/60-fluxgate.rules"
  /// The group of a gateway that runs as a service.
  public static let group = "fluxgate"

  /// The cure for one USB device, one line without blanks so that it can be copied whole. It needs no
  /// group to exist.
  public static func line(for numbers: USBNumbers) -> String {
    usb(numbers, "MODE=\"0660\",TAG+=\"uaccess\"")
  }

  /// The whole file for these profiles, each USB number once; without its last line feed.
  public static func text(for profiles: [DeviceProfile]) -> String {
    let usb = claims(profiles) { if case .usb = $0 { true } else { false } }
    let serial = claims(profiles) { if case .serial = $0 { true } else { false } }
    let rules = [
      section("Read through libusb.", usb, libusb),
      section("Serial lines. ModemManager would talk to them.", serial, terminal),
      section(
        "FTDI bridges keep bytes back for 16 ms unless told otherwise.",
        serial.filter { $0.numbers.isFTDI }, { latency($0.numbers) }),
    ]
    return head + rules.joined() + "LABEL=\"fluxgate_end\""
  }

  private static let head = """
    # Rights to biosensors: whoever sits at the computer, and the group `\(group)`.
    # Made from device-profiles by `fluxgate profile udev`; change the profiles, not this file.
    # Bridge chips share their numbers: a rule for one holds for other devices behind the same chip.
    ACTION=="remove", GOTO="fluxgate_end"


    """

  private static let rights = "MODE=\"0660\",GROUP=\"\(group)\",TAG+=\"uaccess\""

  private static func libusb(_ claim: Claim) -> String { usb(claim.numbers, rights) }

  private static func terminal(_ claim: Claim) -> String {
    "SUBSYSTEM==\"tty\",ATTRS{idVendor}==\"\(claim.numbers.vendorText)\","
      + "ATTRS{idProduct}==\"\(claim.numbers.productText)\",ENV{ID_MM_DEVICE_IGNORE}=\"1\",\(rights)"
  }

  private static func latency(_ numbers: USBNumbers) -> String { LatencyTimer.rule(for: numbers) }

  private static func usb(_ numbers: USBNumbers, _ rights: String) -> String {
    "SUBSYSTEM==\"usb\",ENV{DEVTYPE}==\"usb_device\",ATTR{idVendor}==\"\(numbers.vendorText)\","
      + "ATTR{idProduct}==\"\(numbers.productText)\",\(rights)"
  }

  private static func section(
    _ title: String, _ claims: [Claim], _ rule: (Claim) -> String
  ) -> String {
    guard !claims.isEmpty else { return "" }
    let rules = claims.map { "# \($0.profiles.joined(separator: ", "))\n\(rule($0))\n" }
    return "# \(title)\n" + rules.joined() + "\n"
  }

  /// A USB number and the profiles that claim it.
  private struct Claim {
    let numbers: USBNumbers
    let profiles: [String]
  }

  private static func claims(
    _ profiles: [DeviceProfile], _ isMeant: (ProfileTransport) -> Bool
  ) -> [Claim] {
    let meant = profiles.filter { isMeant($0.transport) }
    let numbers = Set(meant.flatMap(\.match.usb)).sorted { $0.description < $1.description }
    return numbers.map { number in
      Claim(
        numbers: number, profiles: meant.filter { $0.match.usb.contains(number) }.map(\.name))
    }
  }
}
