internal import FluxgateSignal

/// Gathers a stream's blocks into chunks and hands whole chunks to the sealing thread.
///
/// Lives on the processing thread. Chunks wait in a small ring of their own; when the sealing thread
/// is that far behind, `append` waits, the device's ring fills, and what does not fit there is counted
/// as an overrun: nothing is dropped here.
struct ChunkAssembler: ~Copyable {
  /// A chunk of a slow stream closes when its first row has waited so long.
  static let greatestAge = Int64.seconds(2)

  let dataset: UInt32
  let ring: BlockRing
  private var staging: SampleBlock
  private var writer: BlockRing.Writer
  private var openedAt = HostTime.distantFuture
  private(set) var nextSample: UInt64 = 0

  init(dataset: UInt32, layout: BlockLayout) {
    self.dataset = dataset
    ring = BlockRing(layout: layout, slotCount: 4)
    staging = SampleBlock(layout: layout)
    writer = ring.claimWriter()
  }

  /// Takes over a block's rows, times and discontinuities.
  mutating func append(_ block: borrowing SampleBlock, now: HostTime) {
    let header = block.header
    if block.rowCount == 0 {
      copyGaps(header, from: 0, through: .max, now: now)
      close()
      return
    }
    var row = 0
    while row < block.rowCount {
      copyGaps(header, from: row, through: row, now: now)
      let next = nextBreak(in: header, after: row) ?? block.rowCount
      row = appendRun(block, from: row, to: next, now: now)
    }
    // A block may end with a break: the row after it comes with the next block, or never.
    copyGaps(header, from: block.rowCount, through: .max, now: now)
  }

  /// Closes the chunk if its first row has waited too long.
  mutating func closeIfOld(now: HostTime) {
    if !isEmpty, now.since(openedAt) >= Self.greatestAge { close() }
  }

  /// Hands the chunk over, waiting for a free place.
  mutating func close() {
    guard !isEmpty else { return }
    while true {
      let handed = writer.publish { $0.copy(from: staging) }
      if handed { break }
      Pause.short()
    }
    staging.removeAll()
  }

  private var isEmpty: Bool { staging.rowCount == 0 && staging.header.discontinuityCount == 0 }

  /// Rows from `first` up to `end` hold no break but, at most, before their first.
  private mutating func appendRun(
    _ block: borrowing SampleBlock, from first: Int, to end: Int, now: HostTime
  ) -> Int {
    if staging.isFull { close() }
    let rowBytes = block.layout.rowByteCount
    let count = min(end - first, staging.freeRows)
    open(sample: sample(of: first, in: block.header), time: block.time(of: first), now: now)
    staging.append(block.rows.extracting(first * rowBytes..<(first + count) * rowBytes))
    staging.header.lastTime = block.time(of: first + count - 1)
    nextSample = sample(of: first + count - 1, in: block.header) + 1
    return first + count
  }

  private mutating func open(sample: UInt64, time: HostTime, now: HostTime) {
    guard staging.rowCount == 0 else { return }
    staging.header.firstSample = sample
    staging.header.firstTime = time
    openedAt = now
  }

  private mutating func copyGaps(
    _ header: BlockHeader, from row: Int, through last: Int, now: HostTime
  ) {
    for index in 0..<header.discontinuityCount {
      var gap = header[discontinuity: index]
      guard Int(gap.row) >= row, Int(gap.row) <= last else { continue }
      if staging.header.isFull || staging.rowCount == staging.layout.rowCapacity { close() }
      if isEmpty {
        openedAt = now
        staging.header.firstSample = last == .max && row > 0 ? nextSample : header.firstSample
        staging.header.firstTime = header.firstTime
        staging.header.lastTime = header.lastTime
      }
      gap.row = UInt32(staging.rowCount)
      staging.header.note(gap)
    }
  }

  private func nextBreak(in header: BlockHeader, after row: Int) -> Int? {
    var nearest: Int?
    for index in 0..<header.discontinuityCount {
      let place = Int(header[discontinuity: index].row)
      if place > row { nearest = min(nearest ?? place, place) }
    }
    return nearest
  }

  private func sample(of row: Int, in header: BlockHeader) -> UInt64 {
    var number = header.firstSample + UInt64(row)
    for index in 0..<header.discontinuityCount {
      let gap = header[discontinuity: index]
      if gap.row > 0, gap.row <= row { number += gap.missing }
    }
    return number
  }
}

extension SampleBlock {
  /// The time of a row, the rows running evenly from the first time to the last.
  func time(of row: Int) -> HostTime {
    guard rowCount > 1 else { return header.firstTime }
    let whole = header.lastTime.since(header.firstTime)
    let (high, low) = whole.quotientAndRemainder(dividingBy: Int64(rowCount - 1))
    return header.firstTime.advanced(
      by: high &* Int64(row) &+ low &* Int64(row) / Int64(rowCount - 1))
  }
}
