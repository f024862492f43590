/// One request as a virtual server reads it.
struct FieldTripRequest {
  static let longestPayload = 1 << 16

  var command: UInt16
  /// The payload's u32 words.
  var words: [Int]

  /// Takes the next whole request off the front of `bytes`; nil when there is none yet.
  ///
  /// A client that speaks another version or sends too much is not understood again: `isHopeless`.
  static func take(from bytes: inout [UInt8], isHopeless: inout Bool) -> FieldTripRequest? {
    guard bytes.count >= 8, !isHopeless else { return nil }
    let size = word(bytes, 4)
    guard bytes[0] == 1, bytes[1] == 0, size <= longestPayload else {
      isHopeless = true
      return nil
    }
    guard bytes.count >= 8 + size else { return nil }
    let request = FieldTripRequest(
      command: UInt16(bytes[2]) | UInt16(bytes[3]) << 8,
      words: (0..<size / 4).map { word(bytes, 8 + $0 * 4) })
    bytes.removeFirst(8 + size)
    return request
  }

  private static func word(_ bytes: [UInt8], _ offset: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }
}
