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
    guard bytes.byteCount >= FieldTripMessage.headerSize else {
      return .needMore(atLeast: FieldTripMessage.headerSize)
    }
    let order = expectation.order
    if let size = answerSize(bytes, order) { return judgeReply(size, held: bytes.byteCount) }
    if expectation.isOpenToOrder, !isLost, let size = answerSize(bytes, order.other) {
      expectation.order = order.other
      return judgeReply(size, held: bytes.byteCount)
    }
    return passOver(bytes, fault(bytes, order))
  }

  public mutating func reset() {
    isLost = false
    isPartial = false
  }

  /// Bytes behind the header of an answer that an open question explains.
  private func answerSize(_ bytes: RawSpan, _ order: FieldTripByteOrder) -> Int? {
    guard order.u16(bytes, at: 0) == FieldTripMessage.version,
      let command = order.u16(bytes, at: 2), let size = order.u32(bytes, at: 4).map(Int.init),
      expectation.accepts(command: command, size: size)
    else { return nil }
    return size
  }

  private func fault(_ bytes: RawSpan, _ order: FieldTripByteOrder) -> FramingFault {
    let isKnown =
      order.u16(bytes, at: 0) == FieldTripMessage.version
      && (order.u16(bytes, at: 2) ?? .max) >> 8 <= 5
    return isKnown ? .badLength(order.u32(bytes, at: 4).map(Int.init) ?? 0) : .noise
  }

  private mutating func judgeReply(_ size: Int, held: Int) -> FrameVerdict {
    let byteCount = FieldTripMessage.headerSize + size
    let isOverdue = expectation.isOverdue && isPartial
    expectation.isOverdue = false
    if held >= byteCount {
      reset()
      return .frame(byteCount: byteCount)
    }
    if isOverdue {
      isLost = true
      isPartial = false
      return .skip(byteCount: 1, .badLength(size))
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
    let version: [UInt8] = expectation.order.bytes(FieldTripMessage.version)
    return bytes.u8(at: offset) == version[0]
      && bytes.u8(at: offset + 1).map { $0 == version[1] } ?? true
  }
}
