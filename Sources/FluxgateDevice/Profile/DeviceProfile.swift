public import FluxgateSignal
public import FluxgateTransport

/// What a device is and how to talk to it, as its profile in `device-profiles` says.
public struct DeviceProfile: Sendable, Hashable {
  /// Lower-case letters, digits and hyphens; the name to give on the command line.
  public var name: String
  public var maker: String
  public var model: String
  public var match: DeviceMatch
  public var transport: ProfileTransport
  public var driver: DriverName
  public var category: Category
  /// Samples a second that the device should give; nil where it says so itself.
  public var rate: Double?
  /// For the driver; see the driver's own page.
  public var settings: [String: String]
  /// The stage chain for processed streams, in its own notation.
  public var stages: String?
  public var delay: SensorDelay?
  /// For serial lines.
  public var modemLines = ModemLines()
}

/// The drivers there are. Raw values are written in profiles.
public enum DriverName: String, Sendable, CaseIterable, Hashable {
  case biosemi
  case fieldtrip
  case twinleaf
  case libre
  case dexcomG4 = "dexcom-g4"
}

public enum ProfileTransport: Sendable, Hashable {
  /// Bits a second, 8N1.
  case serial(baud: UInt32)
  case tcp(port: UInt16)
  /// One interface of a USB device, through libusb.
  case usb(USBLinkSettings)
}

/// The time from the field to the sample, in nanoseconds, and who says so.
public struct SensorDelay: Sendable, Hashable {
  public var nanoseconds: Int64
  public var uncertainty: Int64
  public var source: String
}

/// How a device is recognised before it has spoken. A hint: bridge chips share their numbers.
public struct DeviceMatch: Sendable, Hashable {
  public var usb: [USBNumbers]
  /// A regular expression that the USB product text must contain a match of.
  public var product: String?
  /// Where to look for it: a host or a device node.
  public var address: String?

  /// The longest text of a USB string descriptor.
  private static let longestProduct = 126

  /// Whether a USB device of these numbers and this product text may be the profile's.
  public func fits(_ numbers: USBNumbers, product found: String) -> Bool {
    guard usb.contains(numbers) else { return false }
    guard let product else { return true }
    guard let pattern = try? Regex(product) else { return false }
    return found.prefix(Self.longestProduct).firstMatch(of: pattern) != nil
  }
}
