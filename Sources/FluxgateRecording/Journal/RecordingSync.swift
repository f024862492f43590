internal import Synchronization

/// Puts a recording's journals on the disk and says what is safe. For the syncing thread.
///
/// Only what ``acknowledged`` covers survives a power cut; acknowledge a device from nothing else.
public final class RecordingSync: Sendable {
  private let journals = Mutex<[JournalFile]>([])
  private let safe: Atomic<UInt64>

  init(after sequence: UInt64) { safe = Atomic(sequence) }

  /// Sequence of the last chunk that is on the disk with all before it.
  public var acknowledged: UInt64 { safe.load(ordering: .acquiring) }

  /// Syncs what was appended before the call and returns the new ``acknowledged``. May be called
  /// on any one thread beside the sealing one; blocks for as long as the disk takes.
  @discardableResult
  public func sync() throws(RecordingError) -> UInt64 {
    var last = acknowledged
    for journal in journals.withLock({ $0 }) {
      let whole = journal.isWhole
      last = max(last, try journal.sync())
      if whole { forget(journal) }
    }
    safe.store(last, ordering: .releasing)
    return last
  }

  func add(_ journal: JournalFile) { journals.withLock { $0.append(journal) } }

  private func forget(_ journal: JournalFile) {
    journals.withLock { $0.removeAll { $0 === journal } }
  }
}
