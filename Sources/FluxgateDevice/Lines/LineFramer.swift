/// Cuts bytes into lines at one end byte.
struct LineFramer: Framer {
  let end: UInt8
  let longest: Int

  var longestFrame: Int { longest }

  mutating func judge(_ bytes: RawSpan) -> FrameVerdict {
    let room = min(bytes.byteCount, longest)
    if let place = (0..<room).first(where: { bytes.u8(at: $0) == end }) {
      return .frame(byteCount: place + 1)
    }
    guard room == longest else { return .needMore(atLeast: room + 1) }
    return .skip(byteCount: longest, .tooLong)
  }

  mutating func reset() {}
}
