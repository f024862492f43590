import FluxgateKernels
import Testing

@Suite struct BitShuffleTests {
  /// The definition in the documentation, bit by bit.
  func byDefinition(_ elements: [UInt8], elementSize: Int) -> [UInt8] {
    let count = elements.count / elementSize
    let padded = (count + 7) / 8 * 8
    var out = [UInt8](repeating: 0, count: padded * elementSize)
    for plane in 0..<(8 * elementSize) {
      for i in 0..<count {
        let bit = (elements[i * elementSize + plane / 8] >> (plane % 8)) & 1
        out[plane * padded / 8 + i / 8] |= bit << (i % 8)
      }
    }
    return out
  }

  @Test func `three bytes make eight planes of one byte`() {
    #expect(
      BitShuffle.encoded([0b1, 0b10, 0b11], elementSize: 1) == [0b101, 0b110, 0, 0, 0, 0, 0, 0])
  }

  @Test(arguments: [1, 2, 3, 4, 8], [0, 1, 7, 8, 9, 63, 64, 65, 200, 519])
  func `equals the definition and comes back`(elementSize: Int, count: Int) {
    var random = Seeded(state: UInt64(elementSize * 1000 + count))
    let elements = random.bytes(count * elementSize)
    let planes = BitShuffle.encoded(elements, elementSize: elementSize)
    #expect(planes == byDefinition(elements, elementSize: elementSize))
    #expect(
      planes.count == BitShuffle.encodedByteCount(elementCount: count, elementSize: elementSize))
    #expect(
      BitShuffle.decoded(planes, elementSize: elementSize, elementCount: count) == elements)
  }

  @Test func `what stands in the padding does not matter to the decoder`() {
    var planes = BitShuffle.encoded([1, 2, 3], elementSize: 1)
    for k in planes.indices { planes[k] |= 0b1111_1000 }
    #expect(BitShuffle.decoded(planes, elementSize: 1, elementCount: 3) == [1, 2, 3])
  }
}
