/// Why sealed bytes are refused.
public enum SealError: Error, Hashable, Sendable {
  case truncated(length: Int)
  case badMagic
  case badVersion(UInt8)
  case badSuite(UInt8)
  case badFlags(UInt16)
  case badReserved(UInt16)
  /// The header names another place than the one the chunk was found in.
  case wrongPlace(PlaceField)
  /// The tag does not fit key, header and bytes.
  case authentication
  case badLength(UInt32)
  /// The padded length is not Padmé's, or a padding byte is not zero.
  case badPadding
  case badSignature
  /// Signed, but not by the key that the reader trusts.
  case untrustedSigner
  case wrongRecipient
  /// A key that is not the one its commitment was made for.
  case wrongCommitment(category: UInt16, epoch: UInt32)
  /// Not the record it should be; the text names the field.
  case malformed(String)

  public enum PlaceField: String, Hashable, Sendable {
    case recording, stream, category, epoch, rawLength, index, sequence
  }
}
