/// One kind of request that is asked over and over: it is written anew in the same memory, so that
/// asking allocates nothing once the one before has left.
struct FieldTripRequest {
  private let command: UInt16
  private let wordCount: Int
  private var bytes: [UInt8] = []
  private var order = FieldTripByteOrder.little

  init(_ command: UInt16, words: Int) {
    self.command = command
    wordCount = words
  }

  /// The request with two or three words; the third is left out where there are only two.
  mutating func with(
    _ first: Int, _ second: Int, _ third: Int = 0, in order: FieldTripByteOrder
  ) -> [UInt8] {
    if bytes.isEmpty || order != self.order {
      self.order = order
      bytes = FieldTripMessage.request(command, [Int](repeating: 0, count: wordCount), order)
    }
    put(first, 0)
    put(second, 1)
    if wordCount > 2 { put(third, 2) }
    return bytes
  }

  private mutating func put(_ word: Int, _ place: Int) {
    let number = UInt32(truncatingIfNeeded: word)
    let wire = order == .little ? number : number.byteSwapped
    let start = FieldTripMessage.headerSize + place * 4
    for index in 0..<4 { bytes[start + index] = UInt8(truncatingIfNeeded: wire >> (8 * index)) }
  }
}
