/// Why a log cannot be opened, read or appended to.
public enum LedgerError: Error, Hashable, Sendable {
  public enum FileOperation: String, Hashable, Sendable {
    case makeDirectory, open, read, write, sync, rename, lock
  }

  /// The system refused; `number` is errno.
  case file(FileOperation, path: String, number: Int32)
  /// More bytes than a file of its kind can have.
  case fileTooLarge(path: String, bytes: Int)
  /// Another process, or another `EmbeddedLog` of this one, has the log open.
  case locked
  /// The origin is no key name, so no checkpoint could be signed for it.
  case badOrigin(String)
  /// The checkpoint on disk is not a good one of this log and key.
  case checkpoint(NoteError)
  /// Something of a log is there, but not the file named.
  case missing(path: String)
  /// A tile, an entry bundle or the state file does not hold what the checkpoint says.
  case damaged(path: String)
  /// Checkpoint and state contradict each other, as after a restored backup. Nothing is signed.
  case conflict(checkpointSize: UInt64, intendedSize: UInt64)
  /// An earlier append failed after it had begun. Open the log anew: that finishes or refuses it.
  case interrupted
  case emptyBatch
  /// More entries or bytes than one batch may hold.
  case batchTooLarge(entries: Int, bytes: Int)
  /// An entry longer than 65,535 bytes; `position` counts within the batch.
  case entryTooLong(position: Int, bytes: Int)
  /// No such entry or size.
  case outOfRange(UInt64, size: UInt64)
  /// A salt that is not 32 bytes, or a digest that is not.
  case badLength(Int)
}
