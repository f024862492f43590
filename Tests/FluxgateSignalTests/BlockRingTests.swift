import FluxgateSignal
import Testing

@Suite struct BlockRingTests {
  private struct Stop: Error {}

  private func publish(_ value: Int64, _ writer: inout BlockRing.Writer) -> Bool {
    writer.publish { Rows.append([value], to: &$0) }
  }

  private func consume(_ reader: inout BlockRing.Reader) -> [Int64]? {
    var seen: [Int64] = []
    return reader.consume { seen = Rows.values(of: $0) } ? seen : nil
  }

  @Test(arguments: 1...5)
  func refusesWhenTheReaderIsAWholeRingBehind(slots: Int) {
    let ring = BlockRing(layout: Rows.layout(), slotCount: slots)
    var writer = ring.claimWriter()
    var reader = ring.claimReader()
    for value in 0..<slots { #expect(publish(Int64(value), &writer)) }
    #expect(!publish(99, &writer))
    #expect(ring.fill == slots)
    #expect(consume(&reader) == [0])
    #expect(publish(100, &writer))
    #expect(!publish(101, &writer))
    for value in 1..<slots { #expect(consume(&reader) == [Int64(value)]) }
    #expect(consume(&reader) == [100])
    #expect(consume(&reader) == nil)
    #expect(ring.fill == 0)
  }

  @Test func lendsTheWriterAnEmptyBlockEachTime() {
    let ring = BlockRing(layout: Rows.layout(), slotCount: 1)
    var writer = ring.claimWriter()
    var reader = ring.claimReader()
    for round in 0..<3 {
      #expect(publish(Int64(round), &writer))
      #expect(consume(&reader) == [Int64(round)])
    }
  }

  @Test func publishesNothingWhenFillingFails() {
    let ring = BlockRing(layout: Rows.layout(), slotCount: 1)
    var writer = ring.claimWriter()
    var reader = ring.claimReader()
    #expect(throws: Stop.self) {
      _ = try writer.publish { (_: inout SampleBlock) throws(Stop) in throw Stop() }
    }
    #expect(consume(&reader) == nil)
    #expect(publish(5, &writer))
    #expect(consume(&reader) == [5])
  }

  @Test func keepsABlockWhoseReadingFails() {
    let ring = BlockRing(layout: Rows.layout(), slotCount: 2)
    var writer = ring.claimWriter()
    var reader = ring.claimReader()
    #expect(publish(5, &writer))
    #expect(throws: Stop.self) {
      _ = try reader.consume { (_: inout SampleBlock) throws(Stop) in throw Stop() }
    }
    #expect(consume(&reader) == [5])
  }

  @Test func stopsTheProgramAtASecondClaim() async {
    await #expect(processExitsWith: .failure) {
      let ring = BlockRing(layout: Rows.layout(), slotCount: 1)
      _ = ring.claimWriter()
      _ = ring.claimWriter()
    }
    await #expect(processExitsWith: .failure) {
      let ring = BlockRing(layout: Rows.layout(), slotCount: 1)
      _ = ring.claimReader()
      _ = ring.claimReader()
    }
  }
}
