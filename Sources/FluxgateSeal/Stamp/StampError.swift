/// Why a time stamp is refused.
public enum StampError: Error, Hashable, Sendable {
  /// More bytes than a reply can have.
  case tooLarge(Int)
  /// No RFC 3161 reply, or something after it.
  case malformed
  /// The authority stamped nothing: status 2 and above (RFC 3161, section 2.4.2).
  case rejected(status: Int)
  /// Made for other bytes.
  case wrongImprint
  /// Not the answer to this request.
  case wrongNonce
  /// Not exactly one signer, or one whose certificate is not for time stamps alone.
  case wrongSigner
  /// The signer's certificate does not lead to a configured root, as OpenSSL says it.
  case untrusted(String)
  case badSignature
  /// Signed with a digest that is weaker than the one that is dated.
  case weakDigest
  /// No time, or an accuracy that is none.
  case badTime
  /// The roots are not one or more certificates in PEM.
  case badRoots
  /// Any other reason of OpenSSL's.
  case refused(String)
}
