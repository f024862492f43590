import FluxgateKernels
import Testing

@Suite struct ByteShuffleTests {
  @Test func `two elements of three bytes`() {
    #expect(ByteShuffle.encoded([1, 2, 3, 4, 5, 6], elementSize: 3) == [1, 4, 2, 5, 3, 6])
  }

  @Test(arguments: [1, 2, 3, 4, 8, 12], [0, 1, 9, 100])
  func `any elements come back`(elementSize: Int, count: Int) {
    var random = Seeded(state: UInt64(elementSize * 1000 + count))
    let elements = random.bytes(count * elementSize)
    let shuffled = ByteShuffle.encoded(elements, elementSize: elementSize)
    #expect(ByteShuffle.decoded(shuffled, elementSize: elementSize) == elements)
  }
}
