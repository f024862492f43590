import FluxgateSignal
import Testing

@Suite struct SampleBlockTests {
  @Test func keepsRowsInTheOrderOfTheirArrival() {
    var block = SampleBlock(layout: Rows.layout(channels: 2, capacity: 3))
    Rows.append([1, 2], to: &block)
    Rows.append([3, 4, 5, 6], to: &block)
    #expect(Rows.values(of: block) == [1, 2, 3, 4, 5, 6])
    #expect(block.rowCount == 3)
    #expect(block.isFull == true)
    #expect(block.freeRows == 0)
  }

  @Test func isEmptyAgainAfterRemoveAll() {
    var block = SampleBlock(layout: Rows.layout())
    Rows.append([1, 2], to: &block)
    block.header.note(Discontinuity(row: 1, reason: .counterGap, missing: 3, timeStep: 0))
    block.removeAll()
    #expect(block.rowCount == 0)
    #expect(block.header.discontinuityCount == 0)
    #expect(block.freeRows == 4)
  }

  @Test func aCopyHoldsRowsAndHeader() {
    var source = SampleBlock(layout: Rows.layout())
    source.header.firstSample = 41
    source.header.lastTime = HostTime(nanoseconds: 9)
    Rows.append([7, 8], to: &source)
    let gap = Discontinuity(row: 1, reason: .linkLost, missing: 5, timeStep: 12)
    source.header.note(gap)
    var copy = SampleBlock(layout: Rows.layout())
    Rows.append([1, 1, 1], to: &copy)
    copy.copy(from: source)
    #expect(Rows.values(of: copy) == [7, 8])
    #expect(copy.header.firstSample == 41)
    #expect(copy.header.lastTime == HostTime(nanoseconds: 9))
    #expect(copy.header.discontinuityCount == 1)
    #expect(copy.header[discontinuity: 0] == gap)
  }

  @Test func takesNoRowOnceItsBreaksAreFull() {
    var block = SampleBlock(layout: Rows.layout(capacity: 64))
    Rows.append([1], to: &block)
    for _ in 0..<BlockHeader.discontinuityCapacity {
      block.header.note(Discontinuity(row: 1, reason: .counterGap, missing: 1, timeStep: 0))
    }
    #expect(block.isFull == true)
    #expect(block.freeRows == 0)
  }

  @Test(arguments: SampleType.allCases)
  func measuresItselfInBytes(type: SampleType) {
    let layout = BlockLayout(sampleType: type, channelCount: 3, rowCapacity: 5)
    #expect(layout.rowByteCount == 3 * type.byteCount)
    #expect(layout.byteCapacity == 15 * type.byteCount)
    #expect(SampleBlock(layout: layout).rows.byteCount == 0)
  }
}
