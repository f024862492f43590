import FluxgateLedger
import Testing

struct EntryBatcherTests {
  private struct Stopped: Error {}

  @Test func `a batch is due by age from its first entry`() {
    var batcher = EntryBatcher(countMax: 10, ageMax: 100)
    #expect(batcher.deadline == nil)
    #expect(!batcher.isDue(at: .max))
    #expect(add([1], 50, to: &batcher))
    #expect(add([2], 140, to: &batcher))
    #expect(batcher.deadline == 150)
    #expect(!batcher.isDue(at: 149))
    #expect(batcher.isDue(at: 150))
  }

  @Test func `a batch is due when full and takes no more`() {
    var batcher = EntryBatcher(countMax: 2, ageMax: .max)
    #expect(add([1], 5, to: &batcher))
    #expect(!batcher.isDue(at: 6))
    #expect(add([2], 6, to: &batcher))
    #expect(batcher.isDue(at: 6))
    #expect(!add([3], 7, to: &batcher))
    #expect(batcher.count == 2)
    #expect(batcher.deadline == .max)
  }

  @Test func `entries are forgotten only when they were taken`() throws {
    var batcher = EntryBatcher(countMax: 2, ageMax: 10)
    let nothing = batcher.flush { $0 }
    #expect(nothing == nil)
    _ = batcher.add([1], at: 0)
    var stopped = false
    do throws(Stopped) {
      _ = try batcher.flush { (_: [[UInt8]]) throws(Stopped) in throw Stopped() }
    } catch { stopped = true }
    #expect(stopped)
    #expect(batcher.deadline == 10)
    let taken = batcher.flush { $0 }
    #expect(taken == [[1]])
    #expect(batcher.count == 0)
    #expect(batcher.deadline == nil)
  }

  private func add(_ entry: [UInt8], _ now: Int64, to batcher: inout EntryBatcher) -> Bool {
    batcher.add(entry, at: now)
  }
}
