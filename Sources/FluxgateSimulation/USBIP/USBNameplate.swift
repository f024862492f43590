public import FluxgateTransport

/// Who a device says it is when it is asked for its descriptors.
public struct USBNameplate: Sendable, Hashable {
  public var numbers: USBNumbers
  /// The device's release in binary-coded decimals (0x0100 is 1.00); drivers tell chips apart by it.
  public var release: UInt16
  public var maker: String
  public var product: String
  /// nil where the real device has none.
  public var serial: String?

  public init(
    _ vendor: UInt16, _ product: UInt16, release: UInt16 = 0x0100, maker: String, model: String,
    serial: String?
  ) {
    numbers = USBNumbers(vendor: vendor, product: product)
    self.release = release
    self.maker = maker
    self.product = model
    self.serial = serial
  }
}
