internal import FluxgateSignal

/// Blocks of a pcapng file as this program writes them: little-endian, times in nanoseconds.
///
/// Format: draft-ietf-opsawg-pcapng.
enum PcapngBlock {
  static let sectionHeader: UInt32 = 0x0A0D_0D0A
  static let interfaceDescription: UInt32 = 1
  static let enhancedPacket: UInt32 = 6
  static let byteOrderMagic: UInt32 = 0x1A2B_3C4D
  static let commentOption: UInt16 = 1
  static let nameOption: UInt16 = 2
  static let descriptionOption: UInt16 = 3
  static let resolutionOption: UInt16 = 9
  static let offsetOption: UInt16 = 14

  static func section(application: String) -> [UInt8] {
    var body: [UInt8] = []
    ByteOrder.little.append(byteOrderMagic, to: &body)
    ByteOrder.little.append(UInt16(1), to: &body)
    ByteOrder.little.append(UInt16(0), to: &body)
    ByteOrder.little.append(UInt64.max, to: &body)
    append(option: 4, Array(application.utf8), to: &body)
    append(option: 0, [], to: &body)
    return block(sectionHeader, body)
  }

  static func interface(_ interface: CaptureInterface) -> [UInt8] {
    var body: [UInt8] = []
    ByteOrder.little.append(interface.linkType, to: &body)
    body += [0, 0, 0, 0, 0, 0]
    append(option: nameOption, interface.name, to: &body)
    if !interface.profile.isEmpty {
      append(option: descriptionOption, interface.profile, to: &body)
    }
    if !interface.comment.isEmpty { append(option: commentOption, interface.comment, to: &body) }
    append(option: resolutionOption, [9], to: &body)
    append(option: 0, [], to: &body)
    return block(interfaceDescription, body)
  }

  static func packet(_ bytes: [UInt8], at time: HostTime, interface: Int) -> [UInt8] {
    let stamp = UInt64(max(0, time.nanoseconds))
    var body: [UInt8] = []
    body.reserveCapacity(bytes.count + 40)
    for field in [
      UInt32(interface), UInt32(stamp >> 32), UInt32(truncatingIfNeeded: stamp),
      UInt32(bytes.count), UInt32(bytes.count),
    ] {
      ByteOrder.little.append(field, to: &body)
    }
    body += bytes
    return block(enhancedPacket, body)
  }

  private static func append(option code: UInt16, _ text: String, to body: inout [UInt8]) {
    append(option: code, Array(text.utf8.prefix(1024)), to: &body)
  }

  private static func append(option code: UInt16, _ value: [UInt8], to body: inout [UInt8]) {
    ByteOrder.little.append(code, to: &body)
    ByteOrder.little.append(UInt16(value.count), to: &body)
    body += value
    pad(&body)
  }

  private static func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
    var padded = body
    pad(&padded)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(padded.count + 12)
    ByteOrder.little.append(type, to: &bytes)
    ByteOrder.little.append(UInt32(padded.count + 12), to: &bytes)
    bytes += padded
    ByteOrder.little.append(UInt32(padded.count + 12), to: &bytes)
    return bytes
  }

  private static func pad(_ bytes: inout [UInt8]) {
    while bytes.count % 4 != 0 { bytes.append(0) }
  }
}
