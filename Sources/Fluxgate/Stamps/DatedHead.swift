public import FluxgateLedger
public import FluxgateSeal

/// A head of a log that an authority has dated, with everything verified: everything that the log held
/// then is at least that old.
public struct DatedHead: Sendable, Hashable {
  public let checkpoint: Checkpoint
  /// The head as the log signed it.
  public let note: SignedNote
  public let stamp: TimeStamp
  /// Whose roots the stamp leads to.
  public let authority: StampAuthority

  init(
    checkpoint: Checkpoint, note: SignedNote, stamp: TimeStamp, authority: StampAuthority
  ) {
    self.checkpoint = checkpoint
    self.note = note
    self.stamp = stamp
    self.authority = authority
  }

  /// Verifies what lies on a shelf.
  ///
  /// - Parameter authorities: any of them may have made the stamp.
  public init(
    _ item: StampShelf.Item, log: VerifierKey, authorities: [StampAuthority]
  ) throws(Fault) {
    note = item.note
    do throws(NoteError) {
      checkpoint = try item.note.checkpoint(log: log)
    } catch {
      throw .badStamp(item.size, cause: "\(error)")
    }
    guard checkpoint.size == item.size else { throw .badStamp(item.size, cause: "another size") }
    (stamp, authority) = try Self.stamp(of: item, authorities)
  }

  private static func stamp(
    of item: StampShelf.Item, _ authorities: [StampAuthority]
  ) throws(Fault) -> (TimeStamp, StampAuthority) {
    let request = StampRequest(keptFor: Array(item.note.text.utf8))
    var reasons: [StampError] = []
    for authority in authorities {
      do throws(StampError) {
        return (
          try TimeStamp(item.reply, answering: request, roots: authority.roots), authority
        )
      } catch {
        reasons.append(error)
      }
    }
    guard let first = reasons.first else { throw .noAuthority }
    throw .badStamp(item.size, cause: "\(first)")
  }
}
