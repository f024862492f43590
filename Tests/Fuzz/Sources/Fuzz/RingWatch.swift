import FluxgateDevice
import FluxgateSignal

/// Reads one stream's ring and holds it to its word: numbers rise, times do not run backward within a
/// block, and what was lost is all told.
final class RingWatch {
  private let stream: AnnouncedStream
  private var reader: BlockRing.Reader
  private var rows: UInt64 = 0
  private var lost: UInt64 = 0
  private var next: UInt64 = 0

  init(_ stream: AnnouncedStream) {
    self.stream = stream
    reader = stream.ring.claimReader()
  }

  func empty() {
    while reader.consume({ look(at: $0.header) }) {}
  }

  private func look(at header: BlockHeader) {
    precondition(header.firstSample >= next, "\(stream.description.name): numbers run backward")
    precondition(header.lastTime >= header.firstTime, "times run backward")
    var inside: UInt64 = 0
    for index in 0..<header.discontinuityCount {
      let gap = header[discontinuity: index]
      lost += gap.missing
      if gap.row > 0 { inside += gap.missing }
    }
    rows += UInt64(header.rowCount)
    next = header.firstSample + UInt64(header.rowCount) + inside
  }

  /// Once the device has ended: stored and lost are the device's own numbers.
  func check() {
    empty()
    precondition(rows == stream.counters.acceptedRows, "rows went missing on the way")
    precondition(lost == stream.counters.lostRows, "losses were not told")
    precondition(next == rows + lost, "numbers and counts disagree")
  }
}
