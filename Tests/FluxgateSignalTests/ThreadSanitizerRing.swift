import FluxgateSignal
import Glibc
import Synchronization
import Testing

/// Two threads at full speed; also run under the thread sanitizer (`Scripts/sanitize.sh`).
@Suite struct ThreadSanitizerRing {
  private static let blocks: Int64 = 20_000

  @Test(arguments: [1, 2, 3, 16])
  func everyBlockArrivesWholeAndInOrderOrIsRefused(slots: Int) {
    let ring = BlockRing(layout: Rows.layout(channels: 8, capacity: 4), slotCount: slots)
    let refused = Atomic<Int64>(0)
    let isWritten = Atomic<Bool>(false)
    let seen = Atomic<Int64>(0)
    let broken = Atomic<Int64>(0)
    onTwoThreads {
      var writer = ring.claimWriter()
      for number in 1...Self.blocks {
        let values = [Int64](repeating: number, count: 8 * Int(1 + number % 4))
        let isTaken = writer.publish { block in
          block.header.firstSample = UInt64(number)
          Rows.append(values, to: &block)
        }
        if !isTaken { refused.add(1, ordering: .relaxed) }
        if number % 64 == 0 { sched_yield() }
      }
      isWritten.store(true, ordering: .releasing)
    } _: {
      var reader = ring.claimReader()
      var newest: Int64 = 0
      while true {
        let last = isWritten.load(ordering: .acquiring)
        let isThere = reader.consume { block in
          let number = Int64(block.header.firstSample)
          let whole = [Int64](repeating: number, count: 8 * Int(1 + number % 4))
          if number <= newest || Rows.values(of: block) != whole {
            broken.add(1, ordering: .relaxed)
          }
          newest = number
          seen.add(1, ordering: .relaxed)
        }
        if !isThere {
          if last { return }
          sched_yield()
        }
      }
    }
    #expect(broken.load(ordering: .relaxed) == 0)
    #expect(seen.load(ordering: .relaxed) > 0)
    #expect(seen.load(ordering: .relaxed) + refused.load(ordering: .relaxed) == Self.blocks)
  }

  @Test func whatAnOutletRefusesComesOutAsLoss() {
    let outlet = SendableOutlet(rowsPerBlock: 4, slotCount: 3)
    let rows = 40_000
    let isWritten = Atomic<Bool>(false)
    let stored = Atomic<UInt64>(0)
    let lost = Atomic<UInt64>(0)
    onTwoThreads {
      for row in 0..<rows {
        if row % 1000 == 999 {
          outlet.outlet.noteGap(.counterGap, missing: 2, timeStep: 0)
        }
        let time = HostTime(nanoseconds: Int64(row))
        outlet.outlet.append([Int64(row)], at: time, now: time)
        if row % 256 == 0 { sched_yield() }
      }
      while !outlet.outlet.finish() { sched_yield() }
      isWritten.store(true, ordering: .releasing)
    } _: {
      var reader = outlet.ring.claimReader()
      while true {
        let last = isWritten.load(ordering: .acquiring)
        let isThere = reader.consume { block in
          stored.add(UInt64(block.rowCount), ordering: .relaxed)
          lost.add(Losses.sum(block.header), ordering: .relaxed)
        }
        if !isThere {
          if last { return }
          sched_yield()
        }
      }
    }
    let sum = stored.load(ordering: .relaxed) + lost.load(ordering: .relaxed)
    #expect(sum == UInt64(rows + rows / 1000 * 2))
    #expect(outlet.counters.acceptedRows == stored.load(ordering: .relaxed))
    #expect(outlet.counters.lostRows == lost.load(ordering: .relaxed))
  }

  @Test func aLogIsReadWhileItGrows() {
    let log = AppendLog<String>(capacity: 5000)
    let broken = Atomic<Int>(0)
    onTwoThreads {
      for number in 0..<5000 { _ = log.append("entry \(number)") }
    } _: {
      var read = 0
      while read < 5000 {
        let count = log.count
        for place in read..<count where log[place] != "entry \(place)" {
          broken.add(1, ordering: .relaxed)
        }
        read = count
      }
    }
    #expect(broken.load(ordering: .relaxed) == 0)
  }
}

/// An outlet given to one thread; the ring and the counters are anybody's.
private final class SendableOutlet: @unchecked Sendable {
  let outlet: StreamOutlet
  let ring: BlockRing
  let counters: StreamCounters

  init(rowsPerBlock: Int, slotCount: Int) {
    outlet = Losses.outlet(rowsPerBlock: rowsPerBlock, slotCount: slotCount)
    ring = outlet.ring
    counters = outlet.counters
  }
}
