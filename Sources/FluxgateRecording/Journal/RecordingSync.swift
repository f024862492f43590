internal import Synchronization

/// Puts a recording's journals on the disk and says what is safe. For the syncing thread.
///
/// Only what ``acknowledged`` covers survives a power cut; acknowledge a device from nothing else.
public final class RecordingSync: Sendable {
  private let journals = Mutex<[JournalFile]>([])
  private let safe: Atomic<UInt64>
  private let broken = Atomic<Bool>(false)

  init(after sequence: UInt64) { safe = Atomic(sequence) }

  /// Sequence of the last chunk that is on the disk with all before it.
  public var acknowledged: UInt64 { safe.load(ordering: .acquiring) }

  /// A sync failed. The system reports a failed write once and then forgets it, so that a later
  /// success would say nothing: from here on nothing counts as written.
  var isBroken: Bool { broken.load(ordering: .acquiring) }

  /// Syncs what was appended before the call and returns the new ``acknowledged``. May be called
  /// on any one thread beside the sealing one; blocks for as long as the disk takes.
  @discardableResult
  public func sync() throws(RecordingError) -> UInt64 {
    var last = acknowledged
    for journal in journals.withLock({ $0 }) {
      let whole = journal.isWhole
      last = max(last, try sync(journal))
      if whole { forget(journal) }
    }
    safe.store(last, ordering: .releasing)
    return last
  }

  private func sync(_ journal: JournalFile) throws(RecordingError) -> UInt64 {
    guard !isBroken else { throw .disk(.sync, path: journal.path, errno: Self.ioError) }
    do throws(RecordingError) {
      return try journal.sync()
    } catch {
      broken.store(true, ordering: .releasing)
      throw error
    }
  }

  /// EIO.
  private static let ioError: Int32 = 5

  func add(_ journal: JournalFile) { journals.withLock { $0.append(journal) } }

  private func forget(_ journal: JournalFile) {
    journals.withLock { $0.removeAll { $0 === journal } }
  }
}
