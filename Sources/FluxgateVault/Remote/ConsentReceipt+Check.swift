public import FluxgateConsent
public import FluxgateLedger
internal import FluxgateSeal

/// Why a receipt does not show that a consent was entered.
public enum ReceiptFault: Error, Hashable, Sendable {
  /// It is about another consent.
  case otherConsent
  /// No record, and so nothing that shows what the entry says.
  case noRecord
  /// Its record is not that of the consent.
  case otherRecord
  /// The record's entry is not at this place in the log.
  case proof(NoteError)
}

extension ConsentReceipt {
  /// Sees that the entry which the log vouches for says what was handed in, and nothing else.
  ///
  /// - Parameter log: the log's key, from elsewhere than this server where that can be had.
  /// - Returns: the checkpoint that holds the entry.
  @discardableResult
  public func verify(
    for sent: SignedConsent, log: VerifierKey
  ) throws(ReceiptFault) -> Checkpoint {
    guard consent == sent.record.id else { throw .otherConsent }
    guard let record else { throw .noRecord }
    guard record.record == TrailRecord(sent, at: record.record.at) else { throw .otherRecord }
    do throws(NoteError) {
      let proof = try TlogProof(proof)
      guard proof.index == index else { throw .notIncluded }
      return try proof.verify(entry: record.entry, log: log)
    } catch {
      throw .proof(error)
    }
  }

  /// The file that whoever handed in `sent` keeps (``VaultRequests``, "Receipt file"). Nil without a
  /// record.
  public func file(for sent: SignedConsent) -> [UInt8]? {
    record.map {
      CBOR.record([
        "v": .unsigned(1), "consent": .bytes(sent.bytes), "index": .unsigned(index),
        "record": .bytes($0.record.bytes), "salt": .bytes($0.salt), "proof": .bytes(proof),
      ]).encoded()
    }
  }
}
