public import FluxgateTransport

/// The udev rule that lets whoever sits at this computer open a USB device.
public enum USBAccessRule {
  /// Before the file that hands out rights to seats (73-seat-late.rules).
  public static let file = "/etc/udev/rules.d/70-fluxgate.rules"

  /// One line without blanks, so that it can be copied whole.
  public static func line(for numbers: USBNumbers) -> String {
    let parts = numbers.description.split(separator: ":")
    return "SUBSYSTEM==\"usb\",ATTR{idVendor}==\"\(parts[0])\",ATTR{idProduct}==\"\(parts[1])\","
      + "MODE=\"0660\",TAG+=\"uaccess\""
  }
}
