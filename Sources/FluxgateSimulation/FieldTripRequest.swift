/// One request as a virtual server reads it.
struct FieldTripRequest {
  static let longestPayload = 1 << 16

  var command: UInt16
  /// The payload's u32 words.
  var words: [Int]
  var isBig: Bool

  /// Takes the next whole request off the front of `bytes`; nil when there is none yet.
  ///
  /// A client that speaks another version or sends too much is not understood again: `isHopeless`.
  static func take(
    from bytes: inout [UInt8], _ order: FieldTripServerSettings.Order, isHopeless: inout Bool
  ) -> FieldTripRequest? {
    while bytes.count >= 8, !isHopeless {
      let isBig = order == .bigOnly || bytes[0] == 0
      let size = number(bytes, 4, 4, isBig)
      let version = number(bytes, 0, 2, isBig)
      guard version == 1 || order == .bigOnly, size <= longestPayload else {
        isHopeless = true
        return nil
      }
      guard bytes.count >= 8 + size else { return nil }
      let request = FieldTripRequest(
        command: UInt16(number(bytes, 2, 2, isBig)),
        words: (0..<size / 4).map { number(bytes, 8 + $0 * 4, 4, isBig) }, isBig: isBig)
      bytes.removeFirst(8 + size)
      if version == 1 { return request }
    }
    return nil
  }

  private static func number(
    _ bytes: [UInt8], _ offset: Int, _ count: Int, _ isBig: Bool
  ) -> Int {
    (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * (isBig ? count - 1 - $1 : $1)) }
  }
}
