/// Cuts a serial TIO line at its END marks.
///
/// A frame is the escaped packet with its closing END, and its CRC is right; or a line of text with
/// its CR or LF. A packet cannot look like text: no type is a control character, and the fourth byte
/// of a packet, the upper half of its length, is 0 or 1. Bytes with a bad CRC are skipped up to the
/// next END, which may open a good frame.
public struct TioFramer: Framer {
  /// Every byte of the longest packet and its CRC escaped, and the END.
  public let longestFrame = TioSlip.contentBytes.upperBound * 2 + 1
  private static let longestLine = 512

  private var unwrapper = TioUnwrapper()
  /// Bytes went by without an END: all up to the next one belong to no frame.
  private var isLost = false

  public init() {}

  public mutating func judge(_ bytes: RawSpan) -> FrameVerdict {
    guard let first = bytes.u8(at: 0) else { return .needMore(atLeast: 1) }
    if first == TioSlip.end {
      isLost = false
      return .skip(byteCount: 1, nil)
    }
    if isLost { return .skip(byteCount: Self.lengthBeforeEnd(bytes), .tooLong) }
    if Self.isFilling(first) { return .skip(byteCount: 1, nil) }
    return cut(bytes)
  }

  public mutating func reset() { isLost = false }

  private mutating func cut(_ bytes: RawSpan) -> FrameVerdict {
    var isText = true
    for offset in 0..<min(bytes.byteCount, longestFrame) {
      guard let byte = bytes.u8(at: offset) else { break }
      if byte == TioSlip.end { return verdict(bytes.extracting(0...offset)) }
      if isText, byte == 0x0A || byte == 0x0D, Self.isLine(bytes, count: offset) {
        return .frame(byteCount: offset + 1)
      }
      isText = isText && (0x20...0x7E).contains(byte) && offset < Self.longestLine
    }
    if bytes.byteCount < longestFrame { return .needMore(atLeast: bytes.byteCount + 1) }
    isLost = true
    return .skip(byteCount: longestFrame, .tooLong)
  }

  private mutating func verdict(_ frame: RawSpan) -> FrameVerdict {
    guard let fault = unwrapper.unwrap(frame) else { return .frame(byteCount: frame.byteCount) }
    return .skip(byteCount: frame.byteCount - 1, fault)
  }

  /// The FTDI chip gives zeros when the line opens; CR and LF remain of a line's end.
  private static func isFilling(_ byte: UInt8) -> Bool {
    byte == 0 || byte == 0x0A || byte == 0x0D
  }

  /// Two printable bytes before a length of 10 or 13 may still be a packet of a hub.
  private static func isLine(_ bytes: RawSpan, count: Int) -> Bool {
    count != 2 || (bytes.u8(at: 0) ?? 0) & 0xFE != 0x40
  }

  private static func lengthBeforeEnd(_ bytes: RawSpan) -> Int {
    for offset in 0..<bytes.byteCount where bytes.u8(at: offset) == TioSlip.end { return offset }
    return bytes.byteCount
  }
}
