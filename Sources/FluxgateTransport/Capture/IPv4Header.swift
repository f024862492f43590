/// The header of an IPv4 packet without options (RFC 791); link type raw IP, 101.
struct IPv4Header {
  static let linkType: UInt16 = 101
  static let tcp: UInt8 = 6
  static let udp: UInt8 = 17

  struct End: Hashable {
    var address: UInt32
    var port: UInt16
  }

  /// What the packet carries: `tcp`, `udp` or another number of the registry.
  var carried: UInt8
  var source: UInt32
  var destination: UInt32

  /// - Parameter count: bytes behind the header.
  func encoded(count: Int) -> [UInt8] {
    var bytes: [UInt8] = [0x45, 0]
    ByteOrder.big.append(UInt16(20 + count), to: &bytes)
    bytes += [0, 0, 0x40, 0, 64, carried, 0, 0]
    ByteOrder.big.append(source, to: &bytes)
    ByteOrder.big.append(destination, to: &bytes)
    let checksum = Self.checksum(of: bytes)
    bytes[10] = UInt8(checksum >> 8)
    bytes[11] = UInt8(checksum & 0xFF)
    return bytes
  }

  /// The checksum of what the packet carries, over these addresses too.
  func checksum(of carriedBytes: [UInt8]) -> UInt16 {
    var bytes: [UInt8] = []
    ByteOrder.big.append(source, to: &bytes)
    ByteOrder.big.append(destination, to: &bytes)
    bytes += [0, carried]
    ByteOrder.big.append(UInt16(carriedBytes.count), to: &bytes)
    return Self.checksum(of: bytes + carriedBytes)
  }

  /// The Internet checksum, RFC 1071.
  static func checksum(of bytes: [UInt8]) -> UInt16 {
    var sum: UInt64 = 0
    for index in stride(from: 0, to: bytes.count - 1, by: 2) {
      sum += UInt64(bytes[index]) << 8 | UInt64(bytes[index + 1])
    }
    if bytes.count % 2 == 1 { sum += UInt64(bytes[bytes.count - 1]) << 8 }
    while sum > 0xFFFF { sum = (sum >> 16) + (sum & 0xFFFF) }
    return ~UInt16(sum)
  }

  /// What a packet carries, without looking at the rest; nil for anything but IPv4.
  static func carried(by packet: [UInt8]) -> UInt8? {
    guard packet.count >= 20, packet[0] >> 4 == 4 else { return nil }
    return packet[9]
  }

  /// - Returns: nil for a packet that carries something else. Checksums are not judged: a capture
  ///   from the sending machine holds none yet.
  static func decode(
    _ packet: [UInt8], carrying wanted: UInt8
  ) throws(CaptureFault) -> (header: IPv4Header, carried: Range<Int>)? {
    guard let first = packet.first else { throw .badPacket }
    guard first >> 4 == 4 else { return nil }
    let order = ByteOrder.big
    let start = Int(first & 0x0F) * 4
    guard start >= 20, packet.count >= start else { throw .badPacket }
    guard packet[9] == wanted else { return nil }
    let end = Int(order.uint16(packet, 2))
    // Pieces of a packet would have to be put together first.
    guard order.uint16(packet, 6) & 0x3FFF == 0 else { throw .badPacket }
    guard end <= packet.count, end >= start else { throw .badPacket }
    let header = IPv4Header(
      carried: wanted, source: order.uint32(packet, 12), destination: order.uint32(packet, 16))
    return (header, start..<end)
  }
}
