/// The first byte of a verifier key (C2SP signed-note): what its signatures are.
public enum SignatureType: UInt8, Hashable, Sendable {
  case ed25519 = 0x01
  case ecdsa = 0x02
  /// A time-stamped Ed25519 cosignature of a witness (C2SP tlog-cosignature).
  case cosignature = 0x04
  case rfc6962TreeHead = 0x05
  case mldsa44Cosignature = 0x06

  /// Whether Fluxgate checks signatures of this type.
  public var isSupported: Bool { self == .ed25519 || self == .cosignature }

  /// The length of the signature after the key id, of the supported types.
  var signatureByteCount: Int { self == .cosignature ? 8 + 64 : 64 }
}
