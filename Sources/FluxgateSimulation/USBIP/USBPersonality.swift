/// What a virtual device is on a USB cable: the interface that carries its bytes, and who it is.
///
/// The same device speaks the same protocol behind each; only the way of its bytes differs.
public enum USBPersonality: Sendable, Hashable {
  /// A vendor's own interface, 480 Mbit/s. Input requests are answered when they are full, as by a
  /// device that sends whole packets only; endpoints are addresses (`0x82`: input 2).
  case vendorBulk(USBNameplate, output: UInt8, input: UInt8)
  /// HID, 12 Mbit/s: input reports of one size without a number on interrupt endpoint 1, output
  /// reports by SET_REPORT.
  case hid(USBNameplate, reportBytes: UInt8)
  /// A CDC-ACM modem, 12 Mbit/s: the kernel makes a `ttyACM`.
  case acm(USBNameplate)
  /// An FTDI bridge, 12 Mbit/s, with its latency timer: the kernel makes a `ttyUSB`. The nameplate's
  /// release names the chip (0x0600 FT232R, 0x1000 FT-X).
  case ftdi(USBNameplate)
  /// Personal health device class with a bulk pair, 12 Mbit/s (IEEE 11073-20601 over USB).
  case personalHealth(USBNameplate)

  func makeFunction() -> any USBFunction {
    switch self {
    case .vendorBulk(let nameplate, let output, let input):
      BulkFunction(vendor: nameplate, output: output, input: input)
    case .hid(let nameplate, let reportBytes): HIDFunction(nameplate, reportBytes: reportBytes)
    case .acm(let nameplate): ACMFunction(nameplate)
    case .ftdi(let nameplate): FTDIFunction(nameplate)
    case .personalHealth(let nameplate): BulkFunction(personalHealth: nameplate)
    }
  }
}
