/// One HID report: type, length, payload. What lies behind the payload is left-over memory.
struct LibreReport {
  static let byteCount = 64
  static let longestPayload = 62

  /// What reports are, by their first byte.
  enum Kind {
    static let start: UInt8 = 0x04
    static let askSerial: UInt8 = 0x05
    static let askVersion: UInt8 = 0x15
    static let initialise: UInt8 = 0x01
    static let acknowledge: UInt8 = 0x0D
    static let textRequest: UInt8 = 0x21
    static let serial: UInt8 = 0x06
    static let version: UInt8 = 0x35
    static let initialised: UInt8 = 0x71
    static let text: UInt8 = 0x60
    static let keepAlive: UInt8 = 0x22
    static let security: UInt8 = 0x14
    static let securityAnswer: UInt8 = 0x33
  }

  let kind: UInt8
  let payload: [UInt8]

  /// - Returns: nil where the length is none.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount, Int(bytes[1]) <= Self.longestPayload else { return nil }
    kind = bytes[0]
    payload = Array(bytes[2..<2 + Int(bytes[1])])
  }

  /// The 64 bytes of a report to the reader.
  static func bytes(_ kind: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
    precondition(payload.count <= longestPayload)
    let filling = byteCount - 2 - payload.count
    return [kind, UInt8(payload.count)] + payload + [UInt8](repeating: 0, count: filling)
  }
}

/// Cuts what an interrupt endpoint gives into its reports of 64 bytes.
struct LibreFramer: Framer {
  var longestFrame: Int { LibreReport.byteCount }

  mutating func judge(_ bytes: RawSpan) -> FrameVerdict {
    bytes.byteCount < LibreReport.byteCount
      ? .needMore(atLeast: LibreReport.byteCount) : .frame(byteCount: LibreReport.byteCount)
  }

  mutating func reset() {}
}
