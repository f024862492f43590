import FluxgateLedger
import Testing

struct EntryBatcherTests {
  private struct Stopped: Error {}

  @Test func `a batch is due by age from its first entry`() throws {
    var batcher = EntryBatcher(countMax: 10, ageMax: 100)
    #expect(batcher.deadline == nil)
    #expect(!batcher.isDue(at: .max))
    #expect(try add([1], 50, to: &batcher))
    #expect(try add([2], 140, to: &batcher))
    #expect(batcher.deadline == 150)
    #expect(!batcher.isDue(at: 149))
    #expect(batcher.isDue(at: 150))
  }

  @Test func `a batch is due when full and takes no more`() throws {
    var batcher = EntryBatcher(countMax: 2, ageMax: .max)
    #expect(try add([1], 5, to: &batcher))
    #expect(!batcher.isDue(at: 6))
    #expect(try add([2], 6, to: &batcher))
    #expect(batcher.isDue(at: 6))
    #expect(try !add([3], 7, to: &batcher))
    #expect(batcher.count == 2)
    #expect(batcher.deadline == .max)
  }

  @Test func `entries are forgotten only when they were taken`() throws {
    var batcher = EntryBatcher(countMax: 2, ageMax: 10)
    let nothing = batcher.flush { $0 }
    #expect(nothing == nil)
    _ = try batcher.add([1], at: 0)
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

  @Test func `a batch never grows beyond what one append may hold`() throws {
    var batcher = EntryBatcher(countMax: 1000, ageMax: 10)
    let entry = [UInt8](repeating: 1, count: 65_535)
    var taken = 0
    while try batcher.add(entry, at: 0) { taken += 1 }
    #expect(taken == EmbeddedLog.batchByteCountMax / 65_535)
    #expect(throws: LedgerError.entryTooLong(position: taken, bytes: 65_536)) {
      try batcher.add(entry + [1], at: 0)
    }
    _ = batcher.flush { $0 }
    let again = try add(entry, 0, to: &batcher)
    #expect(again)
  }

  @Test func `what an opening recovered is not submitted twice`() throws {
    var batcher = EntryBatcher(countMax: 3, ageMax: 10)
    for entry in [[1], [2], [3]] as [[UInt8]] { _ = try batcher.add(entry, at: 0) }
    let others = batcher.forget([[2]])
    #expect(!others)
    let first = batcher.forget([[1], [2]])
    #expect(first)
    #expect(batcher.count == 1)
    #expect(batcher.deadline == 10)
  }

  private func add(_ entry: [UInt8], _ now: Int64, to batcher: inout EntryBatcher) throws -> Bool {
    try batcher.add(entry, at: now)
  }
}
