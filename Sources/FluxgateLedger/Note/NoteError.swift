/// Why a note, a verifier key, a checkpoint or a proof file is refused.
public enum NoteError: Error, Hashable, Sendable {
  /// More bytes than `SignedNote.byteCountMax` or more lines than `signatureCountMax`.
  case tooLarge(Int)
  /// Not UTF-8, or a control character other than LF.
  case notText
  /// No empty line, no signature line, or no LF at the end.
  case unsigned
  /// A line that is not of its form. Lines count from 1 within the part that was read.
  case malformedLine(Int)
  case malformedKey
  /// The key id written in a verifier key is not that of the key.
  case wrongKeyID
  /// A known type of signature that Fluxgate cannot check, or an unknown one.
  case unsupportedKey(type: UInt8)
  /// Two known keys share name and id.
  case ambiguousKey(String)
  /// The line of a known key fails, and so the whole note.
  case badSignature(String)
  /// No line is of a known key.
  case noKnownSignature
  /// The log's own signature is missing.
  case noLogSignature
  /// Fewer witnesses signed than were asked for.
  case tooFewWitnesses(signed: Int, needed: Int)
  /// The checkpoint names another log than the key does.
  case wrongOrigin(String)
  /// The hashes do not lead from the entry to the checkpoint's root.
  case notIncluded
}
