internal import FluxgateSignal

/// A CDC-ACM modem: control interface with an interrupt endpoint that never speaks, data interface
/// with a bulk pair. The rate is kept and means nothing.
final class ACMFunction: USBFunction {
  let descriptors: USBDescriptors
  let input: UInt8 = 0x83
  let output: UInt8? = 0x02
  /// 115200 8N1: rate (32 bits), stop bits, parity, data bits.
  private var lineCoding: [UInt8] = [0x00, 0xC2, 0x01, 0x00, 0, 0, 8]

  private static let setLineCoding: UInt8 = 0x20
  private static let getLineCoding: UInt8 = 0x21
  private static let setControlLines: UInt8 = 0x22
  private static let sendBreak: UInt8 = 0x23

  init(_ nameplate: USBNameplate) {
    descriptors = USBDescriptors(
      nameplate: nameplate, speed: .full, deviceClass: 2,
      interfaces: [Self.controlInterface, Self.dataInterface])
  }

  func control(_ setup: USBSetup, data: [UInt8], at now: HostTime) -> USBControlAnswer {
    switch (setup.type, setup.request) {
    case (0x21, Self.setLineCoding) where data.count == lineCoding.count:
      lineCoding = data
      return .done([])
    case (0xA1, Self.getLineCoding): return .done(lineCoding)
    case (0x21, Self.setControlLines), (0x21, Self.sendBreak): return .done([])
    default: return .stall
    }
  }

  func fill(_ length: Int, from waiting: inout ByteQueue, at now: HostTime) -> [UInt8]? {
    waiting.isEmpty ? nil : Array(waiting.take(min(length, waiting.count)))
  }

  /// With the class's functional descriptors: header 1.10, no call management, line coding and
  /// control lines known, data on interface 1.
  private static let controlInterface: [UInt8] =
    USBDescriptors.interface(0, endpoints: 1, 2, 2, 1)
    + [5, 0x24, 0, 0x10, 0x01, 5, 0x24, 1, 0, 1, 4, 0x24, 2, 2, 5, 0x24, 6, 0, 1]
    + USBDescriptors.endpoint(0x81, .interrupt, packet: 8, interval: 255)

  private static let dataInterface: [UInt8] =
    USBDescriptors.interface(1, endpoints: 2, 0x0A)
    + USBDescriptors.endpoint(0x02, .bulk, packet: 64)
    + USBDescriptors.endpoint(0x83, .bulk, packet: 64)
}
