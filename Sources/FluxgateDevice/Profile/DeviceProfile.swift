public import FluxgateSignal

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
}

/// The drivers there are. Raw values are written in profiles.
public enum DriverName: String, Sendable, CaseIterable, Hashable {
  case fieldtrip
  case twinleaf
  case dexcomG4 = "dexcom-g4"
}

public enum ProfileTransport: Sendable, Hashable {
  /// Bits a second, 8N1.
  case serial(baud: UInt32)
  case tcp(port: UInt16)
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

/// A USB device's vendor and product number.
public struct USBNumbers: Sendable, Hashable, CustomStringConvertible {
  public var vendor: UInt16
  public var product: UInt16

  public init(vendor: UInt16, product: UInt16) {
    self.vendor = vendor
    self.product = product
  }

  /// Two times four hexadecimal digits with a colon between, as `lsusb` prints them.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.count == 4 && $0.allSatisfy(\.isHexDigit) }),
      let vendor = UInt16(parts[0], radix: 16), let product = UInt16(parts[1], radix: 16)
    else { return nil }
    self.init(vendor: vendor, product: product)
  }

  public var description: String { "\(Self.digits(vendor)):\(Self.digits(product))" }

  private static func digits(_ number: UInt16) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 4 - text.count) + text
  }
}
