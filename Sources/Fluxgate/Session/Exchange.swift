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

/// Small facts about sealed chunks that wait until their journal is on the disk.
///
/// From the sealing thread to the syncing thread, through a ring of its own. Three integers go with
/// each chunk's sequence number; what they mean is the user's affair.
final class SequenceQueue: Sendable {
  typealias Fact = (Int64, Int64, Int64)
  private let ends: SequenceEnds

  init() {
    let layout = BlockLayout(sampleType: .int64, channelCount: 4, rowCapacity: 1)
    let ring = BlockRing(layout: layout, slotCount: 1024)
    ends = SequenceEnds(writer: ring.claimWriter(), reader: ring.claimReader())
  }

  /// For the sealing thread. False when the syncing thread is a thousand chunks behind: the fact is
  /// then forgotten.
  @discardableResult
  func note(sequence: UInt64, _ fact: Fact) -> Bool {
    let row = [Int64(bitPattern: sequence), fact.0, fact.1, fact.2]
    // SAFETY: the bytes are copied before `row` goes away.
    return ends.writer.publish { unsafe $0.append(row.span.bytes) }
  }

  /// For the syncing thread: gives the facts of all chunks up to `sequence`, in order.
  func take(upTo sequence: UInt64, _ body: (Fact) -> Void) {
    while let next = ends.waiting ?? ends.next() {
      ends.waiting = next
      guard next.sequence <= sequence else { return }
      ends.waiting = nil
      body(next.fact)
    }
  }
}

// SAFETY: `writer` belongs to the sealing thread, `reader` and `waiting` to the syncing thread.
private final class SequenceEnds: @unchecked Sendable {
  var writer: BlockRing.Writer
  var reader: BlockRing.Reader
  var waiting: (sequence: UInt64, fact: SequenceQueue.Fact)?

  init(writer: consuming BlockRing.Writer, reader: consuming BlockRing.Reader) {
    self.writer = writer
    self.reader = reader
  }

  func next() -> (sequence: UInt64, fact: SequenceQueue.Fact)? {
    var row: [Int64] = []
    let got = reader.consume { block in
      // SAFETY: a row is four int64, thirty-two bytes.
      row = (0..<4).map {
        unsafe block.rows.unsafeLoadUnaligned(fromByteOffset: $0 * 8, as: Int64.self)
      }
    }
    return got ? (UInt64(bitPattern: row[0]), (row[1], row[2], row[3])) : nil
  }
}
