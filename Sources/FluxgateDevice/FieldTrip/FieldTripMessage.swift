/// The words of the FieldTrip real-time buffer's protocol, version 1, in either byte order.
///
/// Every message is u16 version, u16 command, u32 payload size, payload. Source: the FieldTrip
/// project's realtime buffer.
enum FieldTripMessage {
  static let version: UInt16 = 1
  static let headerSize = 8

  /// Longest payload that is read: vendor chunks (CTF, Neuromag) can fill a header with some 1 MiB.
  static let longestPayload = 2 << 20
  /// Most bytes of samples that are asked for at once.
  static let mostSampleBytes = 1 << 20
  static let sampleDefinitionSize = 16
  static let eventDefinitionSize = 32

  enum Command {
    static let getHeader: UInt16 = 0x201
    static let getSamples: UInt16 = 0x202
    static let getEvents: UInt16 = 0x203
    static let getDone: UInt16 = 0x204
    static let getRefused: UInt16 = 0x205
    static let wait: UInt16 = 0x402
    static let waitDone: UInt16 = 0x404
    static let waitRefused: UInt16 = 0x405
  }

  static func header(_ order: FieldTripByteOrder) -> [UInt8] {
    request(Command.getHeader, [], order)
  }

  static func request(
    _ command: UInt16, _ words: [Int], _ order: FieldTripByteOrder
  ) -> [UInt8] {
    order.bytes(version) + order.bytes(command) + order.bytes(UInt32(words.count * 4))
      + words.flatMap { order.bytes(UInt32(truncatingIfNeeded: $0)) }
  }
}
