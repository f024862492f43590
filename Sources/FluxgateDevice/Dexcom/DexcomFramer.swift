/// Finds the packets of a Dexcom receiver: `01`, u16 length of the whole, code, payload, CRC-16.
///
/// A packet that fails its check costs its first byte only; the search goes on at the next one, so
/// that noise never swallows a good packet behind it.
public struct DexcomFramer: Framer {
  /// Four pages, the most that a receiver has been seen to send at once.
  static let longestPacket = 6 + 4 * DexcomPage.byteCount

  private let expectation: DexcomExpectation

  public init() { self.init(expectation: DexcomExpectation()) }

  init(expectation: DexcomExpectation) { self.expectation = expectation }

  public var longestFrame: Int { Self.longestPacket }

  public mutating func judge(_ bytes: RawSpan) -> FrameVerdict {
    let noise = Self.bytesBeforeStart(in: bytes)
    guard noise == 0 else { return .skip(byteCount: noise, .noise) }
    guard let stated = bytes.u16(at: 1) else { return .needMore(atLeast: 3) }
    let length = Int(stated)
    guard length >= 6 && length <= expectation.longestReply else {
      return .skip(byteCount: 1, .badLength(length))
    }
    // Asked anew with every byte: what is expected may change while a damaged length is waited for.
    guard bytes.byteCount >= length else { return .needMore(atLeast: bytes.byteCount + 1) }
    let whole = bytes.extracting(0..<length)
    return CRC16.closes(whole) ? .frame(byteCount: length) : .skip(byteCount: 1, .badChecksum)
  }

  public mutating func reset() {}

  private static func bytesBeforeStart(in bytes: RawSpan) -> Int {
    bytes.byteOffsets.first { bytes.u8(at: $0) == 1 } ?? bytes.byteCount
  }
}

/// What the decoder waits for, told to its framer: a length beyond it is damage, known at once.
final class DexcomExpectation {
  var longestReply = DexcomFramer.longestPacket
}
