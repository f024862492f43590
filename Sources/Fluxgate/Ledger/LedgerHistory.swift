public import FluxgateLedger

/// Checks a log against itself and against what others have kept of it.
public enum LedgerHistory {
  /// Every entry, every tile and the root; time grows with the size.
  public static func audit(_ log: LogReader) throws(Fault) {
    do throws(LedgerError) {
      try log.audit()
    } catch {
      throw .damagedLedger("\(error)")
    }
  }

  /// The head in a checkpoint that somebody kept, when this log's key signed it.
  public static func checkpoint(_ bytes: [UInt8], of log: LogReader) throws(Fault) -> Checkpoint {
    do throws(NoteError) {
      return try SignedNote(bytes).checkpoint(log: log.verifierKey)
    } catch {
      throw Fault(
        "D29", "this is no checkpoint of the log", state: "The log was not judged by it.",
        remedy: "give a checkpoint file of \(log.verifierKey.name), unchanged", cause: "\(error)",
        exit: .refused)
    }
  }

  /// Whether the log still holds everything that it held at an older head.
  public static func require(
    _ log: LogReader, goesThrough older: Checkpoint
  ) throws(Fault) {
    let holds: Bool
    do throws(LedgerError) {
      holds = try log.extends(older)
    } catch {
      throw .damagedLedger("\(error)")
    }
    guard holds else { throw .rewrittenLedger("its head of \(older.size) entries") }
  }
}
