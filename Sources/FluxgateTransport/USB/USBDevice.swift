internal import Glibc

/// A USB device that is plugged in now, as sysfs describes it.
public struct USBDevice: Sendable, Hashable, CustomStringConvertible {
  public var numbers: USBNumbers
  /// Its own words; empty where it has none.
  public var product: String
  public var serial: String
  /// Where it is plugged in, as the kernel writes it: bus, then a port at each hub (`1-1.2`).
  public var portPath: String
  public var bus: UInt8
  /// Given anew at every plugging in.
  public var address: UInt8

  public init(
    numbers: USBNumbers, product: String, serial: String, portPath: String, bus: UInt8,
    address: UInt8
  ) {
    self.numbers = numbers
    self.product = product
    self.serial = serial
    self.portPath = portPath
    self.bus = bus
    self.address = address
  }

  /// The node by which usbfs opens it.
  public var node: String { "/dev/bus/usb/\(Self.three(bus))/\(Self.three(address))" }

  /// Whether this user may open it now.
  // SAFETY: the path is read during the call only.
  public var isOpenable: Bool { unsafe access(node, R_OK | W_OK) == 0 }

  /// What a technician calls it.
  public var description: String {
    let words = [numbers.description, product, serial].filter { !$0.isEmpty }
    return "USB \(portPath) (\(words.joined(separator: " ")))"
  }

  private static func three(_ number: UInt8) -> String {
    let text = String(number)
    return String(repeating: "0", count: 3 - text.count) + text
  }
}
