internal import Synchronization

/// The journal of one segment, growing.
///
/// One thread appends; another may call ``sync()`` at any time. What `sync` acknowledges was
/// appended before it began.
final class JournalFile: Sendable {
  let segment: UInt32
  private let file: File
  private let size = Atomic<UInt64>(0)
  private let sequence: Atomic<UInt64>
  private let whole = Atomic<Bool>(false)

  /// - Parameter sequence: that of the last chunk before this journal.
  init(_ path: String, segment: UInt32, after sequence: UInt64) throws(RecordingError) {
    self.segment = segment
    self.sequence = Atomic(sequence)
    file = try File(path, for: .creating)
  }

  var byteCount: UInt64 { size.load(ordering: .acquiring) }
  var path: String { file.path }

  /// No record will be added.
  var isWhole: Bool { whole.load(ordering: .acquiring) }

  /// Appends a record. After a failure the file is cut back to where it was.
  func append(_ record: JournalRecord, sequence last: UInt64? = nil) throws(RecordingError) {
    let bytes = record.encoded
    let offset = byteCount
    do {
      try file.write(bytes, at: offset)
    } catch {
      try? file.truncate(to: offset)
      throw error
    }
    size.store(offset + UInt64(bytes.count), ordering: .releasing)
    if let last { sequence.store(last, ordering: .releasing) }
    if case .closed = record { whole.store(true, ordering: .releasing) }
  }

  /// Blocks until everything appended so far is on the disk; gives the last sequence in it.
  func sync() throws(RecordingError) -> UInt64 {
    let appended = sequence.load(ordering: .acquiring)
    try file.syncData()
    return appended
  }
}
