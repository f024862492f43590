import FluxgateSignal
import Testing

@Suite struct StreamOutletTests {
  private struct Block: Equatable {
    var first: UInt64
    var rows: [Int64]
    var gaps: [Discontinuity] = []
  }

  private func drain(_ reader: inout BlockRing.Reader) -> [Block] {
    var blocks: [Block] = []
    while reader.consume({ block in
      blocks.append(
        Block(
          first: block.header.firstSample, rows: Rows.values(of: block),
          gaps: (0..<block.header.discontinuityCount).map { block.header[discontinuity: $0] }))
    }) {}
    return blocks
  }

  private func add(_ values: [Int64], _ outlet: StreamOutlet) {
    for value in values {
      let time = HostTime(nanoseconds: value * 10)
      outlet.append([value], at: time, now: time)
    }
  }

  @Test func cutsRowsIntoBlocksAndNumbersThem() {
    let outlet = Losses.outlet()
    var reader = outlet.ring.claimReader()
    add(Array(0..<6), outlet)
    outlet.flush()
    #expect(
      drain(&reader) == [Block(first: 0, rows: [0, 1, 2, 3]), Block(first: 4, rows: [4, 5])])
    #expect(outlet.nextSample == 6)
    #expect(outlet.counters.acceptedRows == 6)
  }

  @Test func recordsOutOfOrderNeverRunABlocksTimesBackward() {
    let outlet = Losses.outlet()
    var reader = outlet.ring.claimReader()
    for time in [500, 100, 700, 300, 200] as [Int64] {
      outlet.append([time], at: HostTime(nanoseconds: time), now: HostTime(nanoseconds: 900))
    }
    outlet.flush()
    var spans: [[Int64]] = []
    while reader.consume({ block in
      spans.append([block.header.firstTime.nanoseconds, block.header.lastTime.nanoseconds])
    }) {}
    #expect(spans == [[500, 700], [200, 200]])
  }

  @Test func rowsTimesRunEvenlyAcrossBlocks() {
    let outlet = Losses.outlet()
    var reader = outlet.ring.claimReader()
    let values = [Int64](0..<6)
    outlet.append(
      values.span.bytes, from: HostTime(nanoseconds: 100), to: HostTime(nanoseconds: 150),
      now: HostTime(nanoseconds: 200))
    outlet.flush()
    var times: [[Int64]] = []
    while reader.consume({
      times.append([$0.header.firstTime.nanoseconds, $0.header.lastTime.nanoseconds])
    }) {}
    #expect(times == [[100, 130], [140, 150]])
  }

  @Test func aGapInsideABlockStandsBeforeItsRow() {
    let outlet = Losses.outlet()
    var reader = outlet.ring.claimReader()
    add([0, 1], outlet)
    outlet.noteGap(.counterGap, missing: 3, timeStep: 30)
    add([5], outlet)
    outlet.flush()
    let gap = Discontinuity(row: 2, reason: .counterGap, missing: 3, timeStep: 30)
    #expect(drain(&reader) == [Block(first: 0, rows: [0, 1, 5], gaps: [gap])])
    #expect(outlet.nextSample == 6)
    #expect(outlet.counters.lostRows(.counterGap) == 3)
  }

  @Test func gapsBeforeABlockAreSummedByReasonAndCountedIntoItsNumber() {
    let outlet = Losses.outlet()
    var reader = outlet.ring.claimReader()
    outlet.noteGap(.counterGap, missing: 1, timeStep: 10)
    outlet.noteGap(.linkLost, missing: 5, timeStep: 50)
    outlet.noteGap(.counterGap, missing: 2, timeStep: 20)
    add([8], outlet)
    outlet.flush()
    let gaps = [
      Discontinuity(row: 0, reason: .counterGap, missing: 3, timeStep: 30),
      Discontinuity(row: 0, reason: .linkLost, missing: 5, timeStep: 50),
    ]
    #expect(drain(&reader) == [Block(first: 8, rows: [8], gaps: gaps)])
  }

  @Test func aRefusedBlocksRowsAndGapsAreCarriedByTheNext() {
    let outlet = Losses.outlet(rowsPerBlock: 4, slotCount: 1)
    var reader = outlet.ring.claimReader()
    add([0, 1, 2, 3], outlet)
    add([4, 5], outlet)
    outlet.noteGap(.corrupted, missing: 2, timeStep: 0)
    add([8, 9], outlet)
    #expect(outlet.counters.lostRows(.ringOverrun) == 4)
    #expect(drain(&reader) == [Block(first: 0, rows: [0, 1, 2, 3])])
    add([10], outlet)
    outlet.flush()
    let gaps = [
      Discontinuity(row: 0, reason: .corrupted, missing: 2, timeStep: 0),
      Discontinuity(row: 0, reason: .ringOverrun, missing: 4, timeStep: 0),
    ]
    #expect(drain(&reader) == [Block(first: 10, rows: [10], gaps: gaps)])
    #expect(outlet.counters.acceptedRows == 5)
    #expect(outlet.counters.lostRows == 6)
  }

  @Test func moreBreaksThanABlockHoldsBeginANewBlock() {
    let outlet = Losses.outlet(rowsPerBlock: 64, slotCount: 8)
    var reader = outlet.ring.claimReader()
    for value in 0..<40 {
      add([Int64(value)], outlet)
      outlet.noteGap(.counterGap, missing: 1, timeStep: 0)
    }
    add([40], outlet)
    outlet.flush()
    let blocks = drain(&reader)
    #expect(blocks.flatMap(\.rows) == Array(0...40))
    #expect(blocks.flatMap(\.gaps).reduce(0) { $0 + $1.missing } == 40)
    for block in blocks { #expect(block.first == UInt64(block.rows[0] * 2)) }
  }

  @Test func finishPublishesTheLossesAfterTheLastRow() {
    let outlet = Losses.outlet(rowsPerBlock: 4, slotCount: 1)
    var reader = outlet.ring.claimReader()
    add([0, 1], outlet)
    outlet.flush()
    outlet.noteGap(.linkLost, missing: 7, timeStep: 0)
    #expect(!outlet.finish())
    #expect(drain(&reader) == [Block(first: 0, rows: [0, 1])])
    #expect(outlet.finish())
    let gap = Discontinuity(row: 0, reason: .linkLost, missing: 7, timeStep: 0)
    #expect(drain(&reader) == [Block(first: 9, rows: [], gaps: [gap])])
    #expect(outlet.finish())
    #expect(drain(&reader) == [])
  }

  @Test func publishesABlockThatHasWaitedLongEnough() {
    let outlet = Losses.outlet()
    var reader = outlet.ring.claimReader()
    let start = HostTime(nanoseconds: 1000)
    outlet.append([1], at: start, now: start)
    outlet.flush(olderThan: 20, now: start.advanced(by: 19))
    #expect(drain(&reader) == [])
    outlet.flush(olderThan: 20, now: start.advanced(by: 20))
    #expect(drain(&reader) == [Block(first: 0, rows: [1])])
  }
}
