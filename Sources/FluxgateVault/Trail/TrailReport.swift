public import FluxgateConsent
public import FluxgateLedger

/// What a trail tells its patient, and whether it can be believed.
public struct TrailReport: Sendable {
  /// The checkpoint that everything was compared with, as the log signed it. Who else has cosigned it
  /// is for the caller's list of witnesses. Nil when the log's own signature does not hold.
  public internal(set) var note: SignedNote?
  public internal(set) var checkpoint: Checkpoint?
  /// Records that opened, in the order of the ledger.
  public internal(set) var lines: [TrailLine] = []
  public internal(set) var findings: [TrailFinding] = []
  /// How many entries the older checkpoints held that this trail was compared with, rising. Without
  /// one, a trail that was cut or put back from a copy cannot be told from a whole one.
  public internal(set) var comparedSizes: [UInt64] = []
  /// The consents by which releases were judged.
  public internal(set) var book: ConsentBook

  /// Of the longest of them.
  public var comparedSize: UInt64? { comparedSizes.last }

  /// Nothing was found that should not be.
  public var isSound: Bool { findings.isEmpty }
}

/// A record and its place.
public struct TrailLine: Sendable, Hashable {
  public let index: UInt64
  public let record: TrailRecord
}

/// Something that is not as it must be.
public enum TrailFinding: Sendable, Hashable {
  /// The checkpoint is not one of this log: nothing else was looked at.
  case checkpoint(NoteError)
  /// The older checkpoint is not one of this log, so it was not compared with.
  case olderCheckpoint(NoteError)
  /// The log claims more entries than a trail is read with: none of them was looked at.
  case tooLong(size: UInt64)
  /// The log has fewer entries than it had: cut, or put back from a copy.
  case shorter(size: UInt64, before: UInt64)
  /// The entries up to the older checkpoint are others than they were.
  case rewritten(before: UInt64)
  /// A file of the log is missing or has another form.
  case tile(path: String)
  /// The entry is not the one that the log's tree was made of.
  case entry(index: UInt64)
  /// The entries are not those of the checkpoint.
  case tree
  /// There is no record for the entry.
  case recordMissing(index: UInt64)
  /// What is kept for the entry is not its record: altered, swapped, or not for this patient.
  case recordAltered(index: UInt64)
  /// The record's time is before that of the record before it.
  case time(index: UInt64)
  /// Data left without a grant that permitted it at that instant; nil where none is named or known.
  case unpermitted(index: UInt64, ConsentRefusal?)
  /// The consent that was entered here is not in the vault, or does not count.
  case consentMissing(index: UInt64, ConsentID?)
}
