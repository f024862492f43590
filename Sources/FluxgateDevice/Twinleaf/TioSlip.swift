/// The serial envelope of a TIO packet: `END packet CRC-32 END`, escaped after RFC 1055.
public enum TioSlip {
  public static let end: UInt8 = 0xC0
  static let escape: UInt8 = 0xDB
  static let escapedEnd: UInt8 = 0xDC
  static let escapedEscape: UInt8 = 0xDD
  /// A packet and its CRC, unescaped.
  static let contentBytes = 8...TioPacket.longest + 4

  public static func wrap(_ packet: [UInt8]) -> [UInt8] {
    var wire = [end]
    wire.reserveCapacity(packet.count + 16)
    for byte in packet + TioBytes.u32(TioChecksum.of(packet)) {
      switch byte {
      case end: wire += [escape, escapedEnd]
      case escape: wire += [escape, escapedEscape]
      default: wire.append(byte)
      }
    }
    wire.append(end)
    return wire
  }

  /// The packet in one frame, as `TioFramer` cuts it; nil for text and for what is damaged.
  public static func unwrap(_ frame: RawSpan) -> TioPacket? {
    var unwrapper = TioUnwrapper()
    guard unwrapper.unwrap(frame) == nil else { return nil }
    var packet: TioPacket?
    unwrapper.withPacket { packet = TioPacket($0) }
    return packet
  }
}

/// Takes one frame out of its envelope, into memory that is used again and again.
struct TioUnwrapper {
  /// Unescaped bytes of the newest frame: the packet, then its CRC.
  private var content: [UInt8] = []

  init() { content.reserveCapacity(TioSlip.contentBytes.upperBound + 1) }

  /// Unescapes and checks the bytes of one frame up to its END or the span's end.
  ///
  /// - Returns: nil for a good frame, whose packet `packet` then lends.
  mutating func unwrap(_ wire: RawSpan) -> FramingFault? {
    if let fault = unescape(wire) { return fault }
    guard TioSlip.contentBytes.contains(content.count) else { return .badLength(content.count) }
    return isChecked ? nil : .badChecksum
  }

  func withPacket(_ body: (RawSpan) -> Void) {
    let held = content
    // SAFETY: the span is used only inside `body`, while `held` lives.
    let bytes = unsafe held.span.bytes
    body(bytes.extracting(0..<held.count - 4))
  }

  private var isChecked: Bool {
    let size = content.count - 4
    let carried = content[size...].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return TioChecksum.of(content[..<size]) == carried
  }

  private mutating func unescape(_ wire: RawSpan) -> FramingFault? {
    content.removeAll(keepingCapacity: true)
    var escaped = false
    for offset in 0..<wire.byteCount {
      guard let byte = wire.u8(at: offset), byte != TioSlip.end else { break }
      if byte == TioSlip.escape, !escaped {
        escaped = true
        continue
      }
      guard let plain = escaped ? Self.plain(of: byte) : byte else { return .badEscape }
      escaped = false
      guard content.count < TioSlip.contentBytes.upperBound else { return .tooLong }
      content.append(plain)
    }
    return escaped ? .badEscape : nil
  }

  private static func plain(of escaped: UInt8) -> UInt8? {
    switch escaped {
    case TioSlip.escapedEnd: TioSlip.end
    case TioSlip.escapedEscape: TioSlip.escape
    default: nil
    }
  }
}
