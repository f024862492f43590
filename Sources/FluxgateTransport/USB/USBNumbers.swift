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

  public var description: String { "\(vendorText):\(productText)" }
  /// Four hexadecimal digits, as udev's attributes have them.
  public var vendorText: String { Self.digits(vendor) }
  public var productText: String { Self.digits(product) }
  /// Future Technology Devices International, the maker of many serial bridges.
  public var isFTDI: Bool { vendor == 0x0403 }

  private static func digits(_ number: UInt16) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 4 - text.count) + text
  }
}
