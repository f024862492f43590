/// A made-up vendor device as umockdev describes one: a root hub, and the device at port 1-1.
struct MockUSBDevice {
  static let bulkIn: UInt8 = 0x82
  static let bulkOut: UInt8 = 0x01
  static let interruptIn: UInt8 = 0x83
  static let hubPath = "/devices/pci0000:00/0000:00:14.0/usb1"
  static let path = "\(hubPath)/1-1"

  var serial = "SIM0001"
  var port = 1
  var address = 2

  var path: String { "\(Self.hubPath)/1-\(port)" }

  /// Device, configuration, one vendor interface with three endpoints (USB 2.0, 9.6).
  private static let descriptors: [UInt8] =
    [18, 1, 0, 2, 0, 0, 0, 64, 0x09, 0x12, 0x01, 0x00, 0x00, 0x01, 1, 2, 3, 1]
    + [9, 2, 39, 0, 1, 1, 0, 0x80, 50] + [9, 4, 0, 0, 3, 0xFF, 0, 0, 0]
    + [7, 5, bulkIn, 2, 0, 2, 0] + [7, 5, bulkOut, 2, 0, 2, 0] + [7, 5, interruptIn, 3, 64, 0, 1]

  private static let hubDescriptors: [UInt8] =
    [18, 1, 0, 2, 9, 0, 1, 64, 0x6B, 0x1D, 0x02, 0x00, 0x00, 0x05, 3, 2, 1, 1]
    + [9, 2, 25, 0, 1, 1, 0, 0xE0, 0] + [9, 4, 0, 0, 1, 9, 0, 0, 0] + [7, 5, 0x81, 3, 4, 0, 12]

  var description: String { Self.hub + "\n" + alone }

  static let hub = block(
    hubPath, address: 1, product: "1d6b/2/500", ["idVendor=1d6b", "idProduct=0002"],
    hubDescriptors)

  /// Without the root hub that it hangs on.
  var alone: String {
    Self.block(
      path, address: address, product: "1209/1/100",
      ["idVendor=1209", "idProduct=0001", "product=Bulk bench"]
        + (serial.isEmpty ? [] : ["serial=\(serial)"]), Self.descriptors)
  }

  private static func hex(_ digit: UInt8) -> String {
    String(digit, radix: 16, uppercase: true)
  }

  private static func block(
    _ path: String, address: Int, product: String, _ attributes: [String], _ descriptors: [UInt8]
  ) -> String {
    let hex = descriptors.map { Self.hex($0 >> 4) + Self.hex($0 & 15) }.joined()
    let node = "00\(address)"
    let lines =
      ["P: \(path)", "N: bus/usb/001/\(node)=\(hex)", "E: DEVNAME=/dev/bus/usb/001/\(node)"]
      + ["E: DEVTYPE=usb_device", "E: SUBSYSTEM=usb", "E: PRODUCT=\(product)", "E: BUSNUM=001"]
      + ["E: DEVNUM=\(node)", "E: MAJOR=189", "E: MINOR=\(address - 1)", "A: busnum=1"]
      + ["A: devnum=\(address)", "A: speed=480", "A: bConfigurationValue=1"]
      + attributes.map { "A: \($0)" } + ["H: descriptors=\(hex)"]
    return lines.joined(separator: "\n") + "\n"
  }
}
