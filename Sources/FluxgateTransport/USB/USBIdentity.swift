/// What a device is known by after it has been opened once: its serial number, then its port.
public struct USBIdentity: Sendable, Hashable {
  public let numbers: USBNumbers
  public let serial: String
  public let portPath: String

  public init(_ device: USBDevice) {
    numbers = device.numbers
    serial = device.serial
    portPath = device.portPath
  }

  /// The same device among those that are there now.
  ///
  /// A device with a serial number is found at any port, and nothing else is taken for it. Some makers
  /// write one number into all their devices: of those, and of devices without one, the port decides.
  public func find(among devices: [USBDevice]) -> USBDevice? {
    let same = devices.filter { $0.numbers == numbers && $0.serial == serial }
    if !serial.isEmpty, same.count == 1 { return same[0] }
    return same.first { $0.portPath == portPath }
  }
}
