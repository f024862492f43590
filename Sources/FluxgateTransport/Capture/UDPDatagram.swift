/// An IPv4 packet with a UDP datagram in it (RFC 791 and RFC 768).
struct UDPDatagram {
  typealias End = IPv4Header.End

  /// Bytes of payload in one packet: the length field has 16 bits.
  static let mostPayload = 65_000
  private static let headerCount = 8

  var source: End
  var destination: End
  var payload: [UInt8]

  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    ByteOrder.big.append(source.port, to: &bytes)
    ByteOrder.big.append(destination.port, to: &bytes)
    ByteOrder.big.append(UInt16(Self.headerCount + payload.count), to: &bytes)
    bytes += [0, 0] + payload
    let header = IPv4Header(
      carried: IPv4Header.udp, source: source.address, destination: destination.address)
    let sum = header.checksum(of: bytes)
    // Zero would say that there is no checksum.
    let checksum = sum == 0 ? 0xFFFF : sum
    bytes[6] = UInt8(checksum >> 8)
    bytes[7] = UInt8(checksum & 0xFF)
    return header.encoded(count: bytes.count) + bytes
  }

  /// - Returns: nil for a packet that is no UDP over IPv4.
  static func decode(_ packet: [UInt8]) throws(CaptureFault) -> UDPDatagram? {
    guard let found = try IPv4Header.decode(packet, carrying: IPv4Header.udp) else { return nil }
    let order = ByteOrder.big
    let start = found.carried.lowerBound
    guard found.carried.count >= headerCount else { throw .badPacket }
    let end = start + Int(order.uint16(packet, start + 4))
    guard end >= start + headerCount, end <= found.carried.upperBound else { throw .badPacket }
    return UDPDatagram(
      source: End(address: found.header.source, port: order.uint16(packet, start)),
      destination: End(address: found.header.destination, port: order.uint16(packet, start + 2)),
      payload: Array(packet[start + headerCount..<end]))
  }
}
