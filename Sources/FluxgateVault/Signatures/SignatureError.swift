/// Why a signed request is refused. Nothing of the request is in it but names that the format has.
public enum SignatureError: Error, Hashable, Sendable {
  /// No `Signature-Input` and `Signature`, or not exactly one signature.
  case unsigned
  /// Not what RFC 8941, RFC 9421 or RFC 9530 allow; the text names the part.
  case malformed(String)
  /// Allowed there, and not understood here.
  case unsupported(String)
  /// The signature covers something that the message does not have.
  case missing(component: String)
  /// The signature leaves out something that it must cover.
  case notCovered(String)
  /// The body is not the one that `Content-Digest` names.
  case wrongDigest
  case wrongAlgorithm
  /// Made too long ago, by this machine's clock.
  case tooOld
  /// Made in the future, by this machine's clock.
  case tooEarly
  /// Seen before.
  case replayed
  /// The key in the message is not the one that the signature names.
  case wrongKey
  /// Signed for another server.
  case wrongAuthority
  case badSignature
}
