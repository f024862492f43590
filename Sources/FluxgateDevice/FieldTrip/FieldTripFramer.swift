/// Cuts a FieldTrip server's answers: 8 bytes of header, then as many bytes as it says.
///
/// TCP loses nothing, so a header that no request explains means that one byte was damaged on the
/// way or the server is another one. Then bytes are passed over up to the next header that an open
/// request explains, and the decoder asks anew.
public struct FieldTripFramer: Framer {
  private let expectation: FieldTripExpectation
  /// Bytes are being passed over.
  private var isLost = false
  /// The bytes that wait begin with a good header.
  private var isPartial = false

  init(expectation: FieldTripExpectation) { self.expectation = expectation }

  public var longestFrame: Int { FieldTripMessage.headerSize + FieldTripMessage.longestPayload }

  public mutating func judge(_ bytes: RawSpan) -> FrameVerdict {
    guard let version = bytes.u16(at: 0), let command = bytes.u16(at: 2),
      let size = bytes.u32(at: 4).map(Int.init)
    else { return .needMore(atLeast: FieldTripMessage.headerSize) }
    if version == FieldTripMessage.version, expectation.accepts(command: command, size: size) {
      return judgeReply(byteCount: FieldTripMessage.headerSize + size, held: bytes.byteCount)
    }
    if isSwapped(version, command) { return .frame(byteCount: FieldTripMessage.headerSize) }
    let known = version == FieldTripMessage.version && command >> 8 <= 5
    return passOver(bytes, known ? .badLength(size) : .noise)
  }

  public mutating func reset() {
    isLost = false
    isPartial = false
  }

  private mutating func judgeReply(byteCount: Int, held: Int) -> FrameVerdict {
    let isOverdue = expectation.isOverdue && isPartial
    expectation.isOverdue = false
    if held >= byteCount {
      reset()
      return .frame(byteCount: byteCount)
    }
    if isOverdue {
      isLost = true
      isPartial = false
      return .skip(byteCount: 1, .badLength(byteCount - FieldTripMessage.headerSize))
    }
    isPartial = true
    return .needMore(atLeast: held + 1)
  }

  private mutating func passOver(_ bytes: RawSpan, _ fault: FramingFault) -> FrameVerdict {
    let first = isLost ? .noise : fault
    isLost = true
    var offset = 1
    while offset < bytes.byteCount, !mayBegin(bytes, at: offset) { offset += 1 }
    return .skip(byteCount: offset, first)
  }

  private func mayBegin(_ bytes: RawSpan, at offset: Int) -> Bool {
    bytes.u8(at: offset) == 1 && (bytes.u8(at: offset + 1) ?? 0) == 0
  }

  /// A whole conversation in the other byte order begins like this; a damaged byte does not.
  private func isSwapped(_ version: UInt16, _ command: UInt16) -> Bool {
    guard case .header = expectation.get, !isLost else { return false }
    return version == FieldTripMessage.swappedVersion && (command & 0xFF) <= 5 && command & 0xFF > 0
  }
}
