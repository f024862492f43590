/// CRC-32/ISO-HDLC (reflected polynomial 0xEDB88320, initial value and final exclusive-or all ones),
/// which guards every TIO packet on a serial line.
public struct TioChecksum: Sendable {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
    }
  }

  private var register: UInt32 = 0xFFFF_FFFF

  public init() {}

  public var value: UInt32 { register ^ 0xFFFF_FFFF }

  public mutating func update(_ byte: UInt8) {
    register = register >> 8 ^ Self.table[Int(UInt8(truncatingIfNeeded: register) ^ byte)]
  }

  public static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var checksum = TioChecksum()
    for byte in bytes { checksum.update(byte) }
    return checksum.value
  }
}
