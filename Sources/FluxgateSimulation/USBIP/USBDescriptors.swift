internal import FluxgateTransport

/// The descriptors of a device with one configuration (USB 2.0, section 9.6).
struct USBDescriptors {
  /// As the kernel's `usb_device_speed` counts them.
  enum Speed: UInt32 { case full = 2, high = 3 }

  let nameplate: USBNameplate
  let speed: Speed
  let deviceClass: UInt8
  /// Interfaces with their class descriptors and endpoints, without the configuration's head.
  let interfaces: [[UInt8]]

  static let languageOfStrings: [UInt8] = [4, 3, 0x09, 0x04]

  private var strings: [String] { [nameplate.maker, nameplate.product, nameplate.serial ?? ""] }

  var device: [UInt8] {
    let packet: UInt8 = 64
    let hasSerial = nameplate.serial != nil
    return [18, 1, 0x00, 0x02, deviceClass, 0, 0, packet]
      + Self.word(nameplate.numbers.vendor) + Self.word(nameplate.numbers.product)
      + Self.word(nameplate.release) + [1, 2, hasSerial ? 3 : 0, 1]
  }

  var configuration: [UInt8] {
    let body = interfaces.flatMap { $0 }
    let selfPowered: UInt8 = 0xC0
    return [9, 2] + Self.word(UInt16(9 + body.count))
      + [UInt8(interfaces.count), 1, 0, selfPowered, 50] + body
  }

  /// - Returns: nil where there is no such descriptor.
  func descriptor(type: UInt8, index: UInt8) -> [UInt8]? {
    switch (type, index) {
    case (1, 0): device
    case (2, 0): configuration
    case (3, 0): Self.languageOfStrings
    case (3, 1...3) where !strings[Int(index) - 1].isEmpty: Self.text(strings[Int(index) - 1])
    default: nil
    }
  }

  static func interface(
    _ number: UInt8, endpoints: UInt8, _ code: UInt8, _ subclass: UInt8 = 0, _ protocol: UInt8 = 0
  ) -> [UInt8] {
    [9, 4, number, 0, endpoints, code, subclass, `protocol`, 0]
  }

  enum Transfer: UInt8 { case bulk = 2, interrupt = 3 }

  /// - Parameter interval: of interrupt endpoints, in frames.
  static func endpoint(
    _ address: UInt8, _ transfer: Transfer, packet: UInt16, interval: UInt8 = 0
  ) -> [UInt8] {
    [7, 5, address, transfer.rawValue] + word(packet) + [interval]
  }

  private static func text(_ text: String) -> [UInt8] {
    let units = text.utf16.prefix(126).flatMap(word)
    return [UInt8(units.count + 2), 3] + units
  }

  static func word(_ number: UInt16) -> [UInt8] { [UInt8(number & 0xFF), UInt8(number >> 8)] }
}
