import FluxgateSignal
import Testing

@testable import FluxgateDevice

/// Counter and host clock together: every row keeps its true number.
@Suite struct SampleTrackTests {
  private static let links: [Int64] = [0, 1_000_000, 16_000_000]

  @Test(arguments: links, [-80.0, 0, 150])
  func aSoundRunLosesNothing(lump: Int64, partsPerMillion: Double) {
    var bench = TrackBench()
    bench.lump = lump
    bench.partsPerMillion = partsPerMillion
    let outcome = bench.run()
    #expect(outcome.numbers.count == bench.rows)
    #expect(outcome.worstError() == 0)
    #expect(outcome.gaps.isEmpty)
  }

  /// Whole rounds of an 8-bit counter leave no trace in it.
  @Test(arguments: [1, 5, 200, 255, 256, 257, 512, 1000, 5000], links)
  func lossesOfAnyLengthAreCounted(missing: Int, lump: Int64) {
    for at in [700, 4000, 9003] {
      var bench = TrackBench()
      bench.lump = lump
      bench.lost = [at..<at + missing]
      let outcome = bench.run()
      #expect(outcome.worstError() == 0, "lost \(missing) at \(at)")
      #expect(outcome.totalLost == UInt64(missing))
      #expect(outcome.lost[.counterGap] == UInt64(missing))
    }
  }

  @Test func manyLossesInOneRun() {
    var bench = TrackBench()
    bench.lost = [500..<501, 510..<511, 900..<1156, 1157..<1160, 3000..<3512, 8000..<9000]
    let outcome = bench.run()
    #expect(outcome.worstError() == 0)
    #expect(outcome.totalLost == 1 + 1 + 256 + 3 + 512 + 1000)
  }

  /// A link that stands still for seconds and then delivers everything has lost nothing.
  @Test(arguments: [Int64(300), 1000, 1100, 2500, 9000])
  func aLateLumpIsNoLoss(milliseconds: Int64) {
    for counts in [true, false] {
      var bench = TrackBench()
      bench.counts = counts
      bench.hitch = .seconds(20)..<(.seconds(20) + .milliseconds(milliseconds))
      let outcome = bench.run()
      #expect(outcome.worstError() == 0)
      #expect(outcome.totalLost == 0)
    }
  }

  @Test func aRepeatedRowIsPassedOver() {
    var bench = TrackBench()
    bench.doubled = [1000, 5000]
    let outcome = bench.run()
    #expect(outcome.worstError() == 0)
    #expect(outcome.numbers.count == bench.rows)
    #expect(outcome.totalLost == 0)
  }

  /// The count after a restart says nothing: the clock does, within the tolerance of 20 ms.
  @Test(arguments: [100, 1000]) func aCounterThatBeginsAnewIsNotBelieved(missing: Int) {
    var bench = TrackBench()
    bench.lost = [6000..<6000 + missing]
    bench.restart = 6000 + missing
    let outcome = bench.run()
    #expect(outcome.gaps.contains { $0.reason == .deviceReset })
    #expect(outcome.worstError() <= 5)
    #expect(outcome.lost[.estimatedGap] == outcome.totalLost)
  }

  @Test(arguments: [20, 100, 1000]) func withoutACounterTheClockEstimates(missing: Int) {
    for lump in Self.links {
      var bench = TrackBench()
      bench.counts = false
      bench.lump = lump
      bench.lost = [8000..<8000 + missing]
      let outcome = bench.run()
      #expect(outcome.worstError(from: 9500) <= 1, "lost \(missing), lumps of \(lump)")
      #expect(outcome.lost[.estimatedGap] == outcome.totalLost)
    }
  }

  /// Single rows are seen within seconds where the link is not lumpier than the rows are apart.
  @Test func singleRowsWithoutACounterAreFoundLate() {
    var bench = TrackBench()
    bench.counts = false
    bench.lump = 1_000_000
    bench.lost = [6000..<6001, 9000..<9002]
    let outcome = bench.run()
    #expect(outcome.worstError(from: 10_500) == 0)
    #expect(outcome.totalLost == 3)
  }

  /// A nominal rate that is wrong by half a percent is learned, not taken for losses.
  @Test(arguments: [-5000.0, 5000]) func aWrongRateIsNoLoss(partsPerMillion: Double) {
    for counts in [true, false] {
      var bench = TrackBench()
      bench.counts = counts
      bench.partsPerMillion = partsPerMillion
      let outcome = bench.run()
      #expect(outcome.totalLost == 0)
      #expect(outcome.worstError() == 0)
    }
  }

  @Test(arguments: [Int64(-3600), 3600]) func aClockThatIsSetLosesNothing(seconds: Int64) {
    var bench = TrackBench()
    bench.clockStep = (7000, .seconds(seconds) + .milliseconds(300))
    let outcome = bench.run()
    #expect(outcome.gaps.filter { $0.reason == .clockJump }.count == 1)
    #expect(outcome.totalLost == 0)
    #expect(outcome.worstError() == 0)
  }

  @Test func timesAreEvenThoughBytesComeInLumps() {
    var bench = TrackBench()
    bench.lump = 16_000_000
    // The last block is not full.
    let times = bench.run().times.dropLast(2)
    let steps = zip(times, times.dropFirst()).map { $1.since($0) }
    #expect(steps.allSatisfy { $0 > 0 })
    let settled = zip(times, times.dropFirst()).filter {
      $0.0.nanoseconds > TrackBench.start + .seconds(15)
    }.map { $1.since($0) }
    let period = 4_000_000.0
    // Blocks hold 16 rows: steps are 15 periods within a block and 1 between blocks.
    let worst = settled.map { abs(Double($0) - ($0 > 20_000_000 ? 15 : 1) * period) }.max() ?? 1e9
    #expect(worst < 0.3 * period)
  }

  @Test func theTrackShowsThatTheBenchCanFail() {
    var bench = TrackBench()
    bench.counts = false
    bench.lost = [3000..<3004]
    bench.rows = 3100
    #expect(bench.run().worstError() == 4)
  }
}
