/// An IPv4 packet with a TCP segment in it (link type raw IP, 101; RFC 791 and RFC 9293).
struct TCPSegment {
  static let linkType: UInt16 = 101
  /// Bytes of payload in one packet: the length field has 16 bits.
  static let mostPayload = 65_000

  static let fin: UInt8 = 0x01
  static let syn: UInt8 = 0x02
  static let reset: UInt8 = 0x04
  static let push: UInt8 = 0x08
  static let acknowledge: UInt8 = 0x10

  struct End: Hashable {
    var address: UInt32
    var port: UInt16
  }

  var source: End
  var destination: End
  var sequence: UInt32
  var acknowledged: UInt32
  var flags: UInt8
  var payload: [UInt8] = []

  func has(_ flag: UInt8) -> Bool { flags & flag != 0 }

  func encoded() -> [UInt8] {
    var segment = tcpHeader()
    segment += payload
    let checksum = Self.checksum(of: pseudoHeader(count: segment.count) + segment)
    segment[16] = UInt8(checksum >> 8)
    segment[17] = UInt8(checksum & 0xFF)
    return Self.ipHeader(6, source.address, destination.address, count: segment.count) + segment
  }

  private func tcpHeader() -> [UInt8] {
    // The largest window scale, so that a long answer never fills the window.
    let options: [UInt8] = has(Self.syn) ? [1, 3, 3, 14] : []
    var bytes: [UInt8] = []
    ByteOrder.big.append(source.port, to: &bytes)
    ByteOrder.big.append(destination.port, to: &bytes)
    ByteOrder.big.append(sequence, to: &bytes)
    ByteOrder.big.append(acknowledged, to: &bytes)
    bytes += [UInt8((20 + options.count) / 4) << 4, flags, 0xFF, 0xFF, 0, 0, 0, 0]
    return bytes + options
  }

  /// An IPv4 header for `count` bytes of the protocol of that number.
  static func ipHeader(
    _ carried: UInt8, _ source: UInt32, _ destination: UInt32, count: Int
  ) -> [UInt8] {
    var bytes: [UInt8] = [0x45, 0]
    ByteOrder.big.append(UInt16(20 + count), to: &bytes)
    bytes += [0, 0, 0x40, 0, 64, carried, 0, 0]
    ByteOrder.big.append(source, to: &bytes)
    ByteOrder.big.append(destination, to: &bytes)
    let checksum = checksum(of: bytes)
    bytes[10] = UInt8(checksum >> 8)
    bytes[11] = UInt8(checksum & 0xFF)
    return bytes
  }

  private func pseudoHeader(count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    ByteOrder.big.append(source.address, to: &bytes)
    ByteOrder.big.append(destination.address, to: &bytes)
    bytes += [0, 6]
    ByteOrder.big.append(UInt16(count), to: &bytes)
    return bytes
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

  /// - Returns: nil for a packet that is no TCP over IPv4. Checksums are not judged: a capture from
  ///   the sending machine holds none yet.
  static func decode(_ packet: [UInt8]) throws(CaptureFault) -> TCPSegment? {
    guard let first = packet.first else { throw .badPacket }
    guard first >> 4 == 4 else { return nil }
    let order = ByteOrder.big
    let start = Int(first & 0x0F) * 4
    guard start >= 20, packet.count >= start else { throw .badPacket }
    guard packet[9] == 6 else { return nil }
    let end = Int(order.uint16(packet, 2))
    // Pieces of a packet would have to be put together first.
    guard order.uint16(packet, 6) & 0x3FFF == 0 else { throw .badPacket }
    guard end <= packet.count, end >= start + 20 else { throw .badPacket }
    let data = start + Int(packet[start + 12] >> 4) * 4
    guard data >= start + 20, data <= end else { throw .badPacket }
    return TCPSegment(
      source: End(address: order.uint32(packet, 12), port: order.uint16(packet, start)),
      destination: End(address: order.uint32(packet, 16), port: order.uint16(packet, start + 2)),
      sequence: order.uint32(packet, start + 4), acknowledged: order.uint32(packet, start + 8),
      flags: packet[start + 13], payload: Array(packet[data..<end]))
  }
}
