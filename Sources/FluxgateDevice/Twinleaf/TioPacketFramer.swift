/// Cuts TIO packets that follow each other without marks, as a proxy sends them over TCP.
///
/// TCP damages nothing, so a header that cannot be means that the peer is no proxy: one byte is
/// skipped at a time until a header can be again.
public struct TioPacketFramer: Framer {
  public let longestFrame = TioPacket.longest

  public init() {}

  public mutating func judge(_ bytes: RawSpan) -> FrameVerdict {
    guard bytes.byteCount >= TioPacket.headerBytes else {
      return .needMore(atLeast: TioPacket.headerBytes)
    }
    guard let header = TioPacket.Header(bytes) else { return .skip(byteCount: 1, .noise) }
    guard bytes.byteCount >= header.packetBytes else {
      return .needMore(atLeast: header.packetBytes)
    }
    return .frame(byteCount: header.packetBytes)
  }

  public mutating func reset() {}
}
