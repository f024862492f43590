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
  /// Passes on what this grant does not let pass on: at all, so far down, or of this category.
  case notDelegated(ConsentID)
  /// Its signer, or somebody above, has passed on as many grants as count, or has ended this one.
  case tooMany
  /// Another record has this id.
  case conflict(ConsentID)
}
