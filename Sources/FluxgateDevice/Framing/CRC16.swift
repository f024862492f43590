/// CRC-16 of polynomial 0x1021, nothing reflected or inverted.
///
/// From 0 it is CRC-16/XMODEM, which guards all that Dexcom receivers send; from 0xFFFF it is the one
/// that many boards' makers call "CCITT" (CRC-16/IBM-3740).
enum CRC16 {
  private static let table: [UInt16] = (0..<256).map { byte in
    var value = UInt16(byte) << 8
    for _ in 0..<8 { value = value & 0x8000 != 0 ? value << 1 ^ 0x1021 : value << 1 }
    return value
  }

  static func xmodem(_ bytes: RawSpan) -> UInt16 { sum(bytes, from: 0) }

  static func sum(_ bytes: RawSpan, from initial: UInt16) -> UInt16 {
    let table = table
    var value = initial
    for offset in bytes.byteOffsets {
      value = value << 8 ^ table[Int(UInt8(value >> 8) ^ (bytes.u8(at: offset) ?? 0))]
    }
    return value
  }

  static func xmodem(_ bytes: [UInt8]) -> UInt16 {
    // SAFETY: the view is used only while `bytes` lives.
    unsafe xmodem(bytes.span.bytes)
  }

  /// Whether the last two bytes are the checksum of all before them.
  static func closes(_ bytes: RawSpan) -> Bool {
    guard let stored = bytes.u16(at: bytes.byteCount - 2) else { return false }
    return xmodem(bytes.extracting(0..<bytes.byteCount - 2)) == stored
  }
}
