internal import FluxgateTransport

/// Cuts a link's bytes into ``LSLEnvelope``s.
public struct LSLFramer: Framer {
  public init() {}

  public var longestFrame: Int { LSLEnvelope.headerSize + LSLEnvelope.mostPayload }

  public mutating func judge(_ bytes: RawSpan) -> FrameVerdict {
    guard let kind = bytes.u8(at: 0), let count = bytes.u16(at: 1).map(Int.init) else {
      return .needMore(atLeast: LSLEnvelope.headerSize)
    }
    guard LSLEnvelope.Kind(rawValue: kind) != nil, count <= LSLEnvelope.mostPayload else {
      return .skip(byteCount: 1, .noise)
    }
    let whole = LSLEnvelope.headerSize + count
    return bytes.byteCount < whole ? .needMore(atLeast: whole) : .frame(byteCount: whole)
  }

  public mutating func reset() {}
}
