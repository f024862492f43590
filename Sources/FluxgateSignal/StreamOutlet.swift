/// The acquisition thread's end of one stream: rows and losses go in, blocks go to the ring.
///
/// Belongs to one thread. After `init` it allocates nothing. A block that the ring refuses is counted
/// as an overrun, and the next accepted block carries that count and every loss the refused block
/// carried itself, so that nothing is forgotten.
public final class StreamOutlet {
  public let description: StreamDescription
  public let ring: BlockRing
  public let counters = StreamCounters()
  /// Sample number that the next row will have, losses included.
  public private(set) var nextSample: UInt64 = 0
  private var writer: BlockRing.Writer
  private var staging: SampleBlock
  private var pending = PendingLoss()
  private var oldest = HostTime.distantFuture

  public init(description: StreamDescription, rowsPerBlock: Int, slotCount: Int) {
    self.description = description
    let layout = BlockLayout(
      sampleType: description.sampleType, channelCount: description.channels.count,
      rowCapacity: rowsPerBlock)
    ring = BlockRing(layout: layout, slotCount: slotCount)
    writer = ring.claimWriter()
    staging = SampleBlock(layout: layout)
  }

  /// Adds whole rows whose times run evenly from `first` to `last`.
  public func append(_ rows: RawSpan, from first: HostTime, to last: HostTime, now: HostTime) {
    let rowBytes = staging.layout.rowByteCount
    let total = rows.byteCount / rowBytes
    var done = 0
    while done < total {
      if staging.isFull { flush() }
      openIfEmpty(at: time(of: done, in: total, first, last), now: now)
      let count = min(staging.freeRows, total - done)
      if count == 0 {
        flush()
        continue
      }
      staging.append(rows.extracting(done * rowBytes..<(done + count) * rowBytes))
      done += count
      nextSample += UInt64(count)
      staging.header.lastTime = time(of: done - 1, in: total, first, last)
    }
    if staging.isFull { flush() }
  }

  /// Adds one row of integers to an int64 stream.
  ///
  /// Records may come out of order and hold their own times; a block's times never run backward.
  public func append(_ row: [Int64], at moment: HostTime, now: HostTime) {
    precondition(description.sampleType == .int64 && row.count == description.channels.count)
    let time = staging.rowCount > 0 ? max(moment, staging.header.lastTime) : moment
    // SAFETY: the bytes are read before `row` goes away.
    unsafe append(row.span.bytes, from: time, to: time, now: now)
  }

  /// Notes a break before the next row.
  public func noteGap(_ reason: DiscontinuityReason, missing: UInt64, timeStep: Int64) {
    nextSample += missing
    counters.addLost(missing, reason)
    if staging.rowCount == 0 || staging.header.isFull {
      if staging.header.isFull { flush() }
      pending.add(reason, missing: missing, timeStep: timeStep)
      return
    }
    staging.header.note(
      Discontinuity(
        row: UInt32(staging.rowCount), reason: reason, missing: missing, timeStep: timeStep))
  }

  /// Publishes what is held if its first row came more than `age` nanoseconds before `now`.
  public func flush(olderThan age: Int64, now: HostTime) {
    if staging.rowCount > 0, now.since(oldest) >= age { flush() }
  }

  /// Publishes what is held, or counts it as overrun.
  public func flush() {
    guard staging.rowCount > 0 else { return }
    let accepted = writer.publish { $0.copy(from: staging) }
    if accepted {
      counters.addAccepted(staging.rowCount, newest: staging.header.lastTime)
    } else {
      refuse()
    }
    staging.removeAll()
  }

  /// Publishes the last rows and, in a block of no rows, the losses after them.
  ///
  /// - Returns: false when the ring is still full: call again after a moment.
  public func finish() -> Bool {
    if staging.rowCount > 0 {
      // Not `flush`: the caller waits, so a full ring is no reason to refuse the last rows.
      guard writer.publish({ $0.copy(from: staging) }) else { return false }
      counters.addAccepted(staging.rowCount, newest: staging.header.lastTime)
      staging.removeAll()
    }
    // A break that lost nothing and has no row after it says nothing.
    guard pending.hasMissing else { return true }
    let sample = nextSample
    let time = counters.newestTime
    return writer.publish { block in
      block.header.firstSample = sample
      block.header.firstTime = time
      block.header.lastTime = time
      pending.move(into: &block.header)
    }
  }

  private func openIfEmpty(at time: HostTime, now: HostTime) {
    guard staging.rowCount == 0 else { return }
    staging.removeAll()
    staging.header.firstSample = nextSample
    staging.header.firstTime = time
    oldest = now
    pending.move(into: &staging.header)
  }

  private func refuse() {
    let rows = UInt64(staging.rowCount)
    for index in 0..<staging.header.discontinuityCount {
      let gap = staging.header[discontinuity: index]
      pending.add(gap.reason, missing: gap.missing, timeStep: gap.timeStep)
    }
    pending.add(.ringOverrun, missing: rows, timeStep: 0)
    counters.addLost(rows, .ringOverrun)
  }

  private func time(
    of index: Int, in count: Int, _ first: HostTime, _ last: HostTime
  ) -> HostTime {
    guard count > 1 else { return last }
    let step = Double(last.since(first)) / Double(count - 1)
    return first.advanced(by: Int64((step * Double(index)).rounded()))
  }
}

/// Losses that wait for the next accepted row, one sum for each reason.
struct PendingLoss {
  private var missing = InlineArray<16, UInt64>(repeating: 0)
  private var timeStep = InlineArray<16, Int64>(repeating: 0)
  private var noted: UInt16 = 0

  var hasMissing: Bool {
    DiscontinuityReason.allCases.contains { missing[Int($0.rawValue)] > 0 }
  }

  mutating func add(_ reason: DiscontinuityReason, missing count: UInt64, timeStep step: Int64) {
    let place = Int(reason.rawValue)
    missing[place] += count
    timeStep[place] &+= step
    noted |= 1 << UInt16(place)
  }

  /// Writes every sum before row 0 of `header`, which is empty and has room for all reasons.
  mutating func move(into header: inout BlockHeader) {
    guard noted != 0 else { return }
    for reason in DiscontinuityReason.allCases where noted & (1 << UInt16(reason.rawValue)) != 0 {
      let place = Int(reason.rawValue)
      header.note(
        Discontinuity(
          row: 0, reason: reason, missing: missing[place], timeStep: timeStep[place]))
    }
    self = PendingLoss()
  }
}
