/// A checksum over part of a frame.
struct FrameChecksum: Sendable, Hashable {
  enum Kind: String, Sendable, CaseIterable {
    /// CRC-16/XMODEM, and the same from 0xFFFF.
    case xmodem = "crc16-xmodem"
    case ccitt = "crc16-ccitt"
    /// The sum of the bytes, without carries.
    case sum8
    case xor8
  }

  var kind: Kind
  /// Where it is stored.
  var offset: Int
  /// What it is over.
  var first: Int
  var last: Int
  var isBigEndian: Bool

  var byteCount: Int { kind == .xmodem || kind == .ccitt ? 2 : 1 }

  func holds(in frame: RawSpan) -> Bool {
    guard frame.byteCount > last else { return false }
    let covered = frame.extracting(first..<last + 1)
    guard byteCount == 2 else { return frame.u8(at: offset) == short(covered) }
    let sum = CRC16.sum(covered, from: kind == .ccitt ? 0xFFFF : 0)
    return sum == (isBigEndian ? frame.u16(bigEndianAt: offset) : frame.u16(at: offset))
  }

  private func short(_ bytes: RawSpan) -> UInt8 {
    var value: UInt8 = 0
    for offset in bytes.byteOffsets {
      let byte = bytes.u8(at: offset) ?? 0
      value = kind == .xor8 ? value ^ byte : value &+ byte
    }
    return value
  }
}
