/// Why a consent record is refused.
public enum ConsentError: Error, Hashable, Sendable {
  case tooLong(byteCount: Int)
  /// Not the record it should be; the text names the field.
  case malformed(String)
  case badSignature
  case wrongPatient
  /// Passes on a grant that is not known here.
  case unknownParent(ConsentID)
  /// Ends a grant that is not known here, and the patient did not sign.
  case unknownGrant(ConsentID)
  /// Signed by someone who has no say in it.
  case foreignSigner
  /// Another record has this id.
  case conflict(ConsentID)
}
