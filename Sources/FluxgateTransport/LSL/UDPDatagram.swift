/// An IPv4 packet with a UDP datagram in it (RFC 791, RFC 768), for captures.
struct UDPDatagram {
  var source: TCPSegment.End
  var destination: TCPSegment.End
  var payload: [UInt8]

  private static let number: UInt8 = 17

  func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    ByteOrder.big.append(source.port, to: &bytes)
    ByteOrder.big.append(destination.port, to: &bytes)
    ByteOrder.big.append(UInt16(8 + payload.count), to: &bytes)
    // Over IPv4 a checksum of zero says that there is none.
    bytes += [0, 0]
    bytes += payload
    return TCPSegment.ipHeader(
      Self.number, source.address, destination.address, count: bytes.count) + bytes
  }

  /// - Returns: nil for a packet that is no UDP over IPv4.
  static func decode(_ packet: [UInt8]) throws(CaptureFault) -> UDPDatagram? {
    guard let first = packet.first else { throw .badPacket }
    let start = Int(first & 0x0F) * 4
    guard first >> 4 == 4, packet.count > 9, packet[9] == number else { return nil }
    guard start >= 20, packet.count >= start + 8 else { throw .badPacket }
    let order = ByteOrder.big
    let count = Int(order.uint16(packet, start + 4))
    guard count >= 8, start + count <= packet.count else { throw .badPacket }
    return UDPDatagram(
      source: .init(address: order.uint32(packet, 12), port: order.uint16(packet, start)),
      destination: .init(address: order.uint32(packet, 16), port: order.uint16(packet, start + 2)),
      payload: Array(packet[start + 8..<start + count]))
  }
}
