/// An IPv4 packet with a TCP segment in it (RFC 791 and RFC 9293).
struct TCPSegment {
  typealias End = IPv4Header.End

  /// Bytes of payload in one packet: the length field has 16 bits.
  static let mostPayload = 65_000

  static let fin: UInt8 = 0x01
  static let syn: UInt8 = 0x02
  static let reset: UInt8 = 0x04
  static let push: UInt8 = 0x08
  static let acknowledge: UInt8 = 0x10

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
    let header = IPv4Header(
      carried: IPv4Header.tcp, source: source.address, destination: destination.address)
    let checksum = header.checksum(of: segment)
    segment[16] = UInt8(checksum >> 8)
    segment[17] = UInt8(checksum & 0xFF)
    return header.encoded(count: segment.count) + segment
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

  /// - Returns: nil for a packet that is no TCP over IPv4.
  static func decode(_ packet: [UInt8]) throws(CaptureFault) -> TCPSegment? {
    guard let found = try IPv4Header.decode(packet, carrying: IPv4Header.tcp) else { return nil }
    let order = ByteOrder.big
    let start = found.carried.lowerBound
    guard found.carried.count >= 20 else { throw .badPacket }
    let data = start + Int(packet[start + 12] >> 4) * 4
    guard data >= start + 20, data <= found.carried.upperBound else { throw .badPacket }
    return TCPSegment(
      source: End(address: found.header.source, port: order.uint16(packet, start)),
      destination: End(address: found.header.destination, port: order.uint16(packet, start + 2)),
      sequence: order.uint32(packet, start + 4), acknowledged: order.uint32(packet, start + 8),
      flags: packet[start + 13], payload: Array(packet[data..<found.carried.upperBound]))
  }
}
