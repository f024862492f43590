internal import FluxgateSignal

/// A HID of the vendor's own page: one input and one output report of the same size, no numbers.
final class HIDFunction: USBFunction {
  let descriptors: USBDescriptors
  let input: UInt8 = 0x81
  let output: UInt8? = nil
  private let reportBytes: Int
  private let reportDescriptor: [UInt8]

  private static let setReport: UInt8 = 0x09
  private static let setIdle: UInt8 = 0x0A
  private static let reportDescriptorType: UInt16 = 0x22

  init(_ nameplate: USBNameplate, reportBytes: UInt8) {
    self.reportBytes = Int(reportBytes)
    reportDescriptor = Self.report(reportBytes)
    let head: [UInt8] =
      [9, 0x21, 0x11, 0x01, 0, 1, UInt8(Self.reportDescriptorType)]
      + USBDescriptors.word(UInt16(reportDescriptor.count))
    let endpoint = USBDescriptors.endpoint(
      0x81, .interrupt, packet: UInt16(reportBytes), interval: 1)
    descriptors = USBDescriptors(
      nameplate: nameplate, speed: .full, deviceClass: 0,
      interfaces: [USBDescriptors.interface(0, endpoints: 1, 3) + head + endpoint])
  }

  func control(_ setup: USBSetup, data: [UInt8], at now: HostTime) -> USBControlAnswer {
    switch (setup.type, setup.request) {
    case (0x81, 6) where setup.value >> 8 == Self.reportDescriptorType: .done(reportDescriptor)
    case (0x21, Self.setReport): .deliver(data)
    case (0x21, Self.setIdle): .done([])
    default: .stall
    }
  }

  /// One report a transfer.
  func fill(_ length: Int, from waiting: inout ByteQueue, at now: HostTime) -> [UInt8]? {
    guard waiting.count >= reportBytes else { return nil }
    return Array(waiting.take(reportBytes).prefix(length))
  }

  /// Usage page 0xFF00, usage 1; both reports are arrays of bytes, 0 to 255.
  private static func report(_ count: UInt8) -> [UInt8] {
    [0x06, 0x00, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08]
      + [0x95, count, 0x09, 0x01, 0x81, 0x02]
      + [0x95, count, 0x09, 0x01, 0x91, 0x02, 0xC0]
  }
}
