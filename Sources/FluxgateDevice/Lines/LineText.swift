/// One line without its end and without bytes that mean nothing; takes no memory after `init`.
struct LineText {
  private let dropped: [UInt8]
  private(set) var bytes: [UInt8] = []

  init(_ format: LineFormat) {
    dropped = format.dropped
    bytes.reserveCapacity(format.longest)
  }

  mutating func take(_ frame: RawSpan) {
    bytes.removeAll(keepingCapacity: true)
    for place in 0..<max(0, frame.byteCount - 1) {
      guard let byte = frame.u8(at: place), !dropped.contains(byte) else { continue }
      bytes.append(byte)
    }
    while bytes.last == 0x0D { bytes.removeLast() }
  }
}
