internal import FluxgateSignal

/// Metadata documents on their way from the control plane to the sealing thread.
///
/// Bounded: a recording replaces its documents a handful of times.
final class DocumentBox: Sendable {
  private let log = AppendLog<(UInt16, [UInt8])>(capacity: 4096)
  private let cursor = Cursor()

  /// One thread at a time. False when the box is full.
  func put(_ category: UInt16, _ document: [UInt8]) -> Bool {
    log.append((category, document)) != nil
  }

  /// For the sealing thread alone.
  func takeAll() -> [(UInt16, [UInt8])] {
    let end = log.count
    guard cursor.value < end else { return [] }
    defer { cursor.value = end }
    return (cursor.value..<end).map { log[$0] }
  }
}

/// A position that one thread moves.
// SAFETY: only the sealing thread reads or writes `value`.
private final class Cursor: @unchecked Sendable {
  var value = 0
}

/// When the newest row of a sealed chunk was made, until its journal is on the disk.
///
/// A ring of its own so that the syncing thread measures what a row waited in all.
final class LatencyQueue: Sendable {
  private static let layout = BlockLayout(sampleType: .int64, channelCount: 2, rowCapacity: 1)
  private let ring = BlockRing(layout: layout, slotCount: 1024)
  private let ends: LatencyEnds

  init() { ends = LatencyEnds(writer: ring.claimWriter(), reader: ring.claimReader()) }

  /// For the sealing thread. When the queue is full the chunk is not measured.
  func note(sequence: UInt64, rowTime: Int64) {
    let row = [Int64(bitPattern: sequence), rowTime]
    // SAFETY: the bytes are copied before `row` goes away.
    _ = ends.writer.publish { unsafe $0.append(row.span.bytes) }
  }

  /// For the syncing thread: gives the row times of all chunks up to `sequence`.
  func take(upTo sequence: UInt64, _ body: (Int64) -> Void) {
    if let waiting = ends.waiting {
      guard waiting.sequence <= sequence else { return }
      body(waiting.time)
      ends.waiting = nil
    }
    while ends.waiting == nil, let next = ends.next() {
      if next.sequence <= sequence { body(next.time) } else { ends.waiting = next }
    }
  }
}

// SAFETY: `writer` belongs to the sealing thread, `reader` and `waiting` to the syncing thread.
private final class LatencyEnds: @unchecked Sendable {
  var writer: BlockRing.Writer
  var reader: BlockRing.Reader
  var waiting: (sequence: UInt64, time: Int64)?

  init(writer: consuming BlockRing.Writer, reader: consuming BlockRing.Reader) {
    self.writer = writer
    self.reader = reader
  }

  func next() -> (sequence: UInt64, time: Int64)? {
    var found: (sequence: UInt64, time: Int64)?
    let got = reader.consume { block in
      // SAFETY: a row is two int64, sixteen bytes.
      let sequence = unsafe block.rows.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)
      let time = unsafe block.rows.unsafeLoadUnaligned(fromByteOffset: 8, as: Int64.self)
      found = (sequence, time)
    }
    return got ? found : nil
  }
}
