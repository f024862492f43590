/// Finds the messages (APDUs) of an IEEE 11073-20601 agent: u16 type, u16 length of the rest.
///
/// The length is the only framing there is, and no checksum: USB and TCP have their own. A data message
/// says its length twice, which must agree. Bytes that begin no message are passed over one by one.
struct PHDFramer: Framer {
  /// The standard's greatest message, 63 KiB, with its head.
  static let longestMessage = 64_512 + 4

  private static let data: UInt8 = 0xE7

  private let expectation: PHDExpectation

  init(expectation: PHDExpectation) { self.expectation = expectation }

  var longestFrame: Int { Self.longestMessage }

  mutating func judge(_ bytes: RawSpan) -> FrameVerdict {
    guard let kind = bytes.u8(at: 0), (0xE2...0xE7).contains(kind) else {
      return .skip(byteCount: 1, .noise)
    }
    guard let second = bytes.u8(at: 1) else { return .needMore(atLeast: 2) }
    guard second == 0 else { return .skip(byteCount: 1, .noise) }
    guard let length = bytes.u16(bigEndianAt: 2) else { return .needMore(atLeast: 4) }
    let whole = Int(length) + 4
    guard Self.lengths(of: kind).contains(Int(length)) else {
      return .skip(byteCount: 1, .badLength(Int(length)))
    }
    if kind == Self.data, let inner = bytes.u16(bigEndianAt: 4), inner != length - 2 {
      return .skip(byteCount: 1, .badLength(Int(inner)))
    }
    if bytes.byteCount >= whole { return .frame(byteCount: whole) }
    // Asked anew with every byte, as the wait for a damaged length can be given up meanwhile.
    guard !expectation.takeAbandoned() else { return .skip(byteCount: 1, .badLength(Int(length))) }
    return .needMore(atLeast: bytes.byteCount + 1)
  }

  /// Which lengths a message can have by the first byte of its type.
  private static func lengths(of kind: UInt8) -> ClosedRange<Int> {
    switch kind {
    case 0xE2: 10...1024
    case 0xE3: 6...256
    case data: 8...longestMessage - 4
    default: 2...2
    }
  }

  mutating func reset() { _ = expectation.takeAbandoned() }
}

/// What the decoder tells its framer: it has waited in vain, so that what waits there is no message.
final class PHDExpectation {
  private var isAbandoned = false

  func abandon() { isAbandoned = true }

  func takeAbandoned() -> Bool {
    defer { isAbandoned = false }
    return isAbandoned
  }
}
