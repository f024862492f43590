/// How a reader shows a vault server that a request is theirs (``VaultService``, "Signed requests"):
/// the fields it adds, and what they must cover.
public enum RequestProof {
  /// Base64 of the reader's public key file.
  public static let keyField = "fluxgate-key"
  static let label = "fluxgate"
  static let tag = "fluxgate-vault-v1"
  /// A signature is good for so long after it was made, seconds.
  static let lifetimeSeconds: Int64 = 300
  /// How far a reader's clock may be ahead, seconds.
  static let aheadSeconds: Int64 = 60

  /// What every signature covers.
  static let covered = [
    "@method", "@authority", "@path", "@query", ContentDigest.field, keyField,
  ]

  static func components(hasType: Bool) -> [String] {
    hasType ? covered + ["content-type"] : covered
  }
}
