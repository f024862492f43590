internal import Synchronization

extension EmbeddedLog {
  /// Puts a witness's line under the last checkpoint, durably, so that everyone who reads the log
  /// finds it there.
  ///
  /// The line is checked first: a bad one would make the whole note bad for those who know the key.
  ///
  /// - Parameters:
  ///   - witness: a key of type `cosignature` that is not the log's own.
  ///   - text: the checkpoint that was cosigned.
  /// - Returns: false, and nothing is written, when the log has gone on to another checkpoint.
  public func merge(
    _ line: SignedNote.Signature, of witness: VerifierKey, under text: String
  ) throws(LedgerError) -> Bool {
    let alone = SignedNote(text: text, signatures: [line])
    guard witness.key != verifierKey.key, witness.type == .cosignature,
      alone.line(of: witness) != nil
    else { throw .checkpoint(.badSignature(witness.name)) }
    return try writer.withLock { (writer) throws(LedgerError) -> Bool in
      guard writer.note.text.isSpelled(like: text) else { return false }
      try writer.add(line)
      let note = writer.note
      published.withLock { $0.note = note }
      return true
    }
  }
}
