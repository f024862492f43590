import FluxgateKernels
import Testing

@Suite struct DeltaZigzagTests {
  @Test func `a hand-made int16 example of two channels`() {
    // rows (5, -1), (3, -1), (4, 2): deltas 5 -1 | -2 0 | 1 3, folded 10 1 | 3 0 | 2 6
    let rows: [UInt8] = [5, 0, 255, 255, 3, 0, 255, 255, 4, 0, 2, 0]
    let coded = DeltaZigzag.encoded(rows, elementSize: 2, channels: 2)
    #expect(coded == [10, 0, 1, 0, 3, 0, 0, 0, 2, 0, 6, 0])
  }

  @Test func `the extremes wrap and come back`() {
    let rows: [UInt8] = [0, 0, 0, 128, 255, 255, 255, 127, 0, 0, 0, 128]
    let coded = DeltaZigzag.encoded(rows, elementSize: 4, channels: 1)
    // min, then max - min = -1 (wrapped), then min - max = 1 (wrapped)
    #expect(coded == [255, 255, 255, 255, 1, 0, 0, 0, 2, 0, 0, 0])
    #expect(DeltaZigzag.decoded(coded, elementSize: 4, channels: 1) == rows)
  }

  @Test(arguments: [2, 4, 8], [1, 3, 8, 17])
  func `any bytes come back`(elementSize: Int, channels: Int) {
    var random = Seeded(state: UInt64(elementSize * 100 + channels))
    for rowCount in [0, 1, 2, 7, 64] {
      let rows = random.bytes(rowCount * channels * elementSize)
      let coded = DeltaZigzag.encoded(rows, elementSize: elementSize, channels: channels)
      #expect(coded.count == rows.count)
      #expect(DeltaZigzag.decoded(coded, elementSize: elementSize, channels: channels) == rows)
    }
  }

  @Test func `an output array that was longer is cut`() {
    var output = [UInt8](repeating: 9, count: 100)
    let rows: [UInt8] = [1, 0, 2, 0]
    DeltaZigzag.encode(rows.span.bytes, elementSize: 2, channels: 1, into: &output)
    #expect(output == [2, 0, 2, 0])
  }
}
