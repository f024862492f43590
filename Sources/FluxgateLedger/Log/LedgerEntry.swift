internal import FluxgateSeal

/// What the project puts into a log: salted commitments, which say nothing to whoever reads them.
///
/// Record and salt stay with the vault. Without the salt nobody can try guesses against an entry,
/// and deleting it leaves an entry that means nothing.
public enum LedgerEntry {
  public static let saltByteCount = 32
  private static let segmentDomain = Array("fluxgate/v1/segment".utf8)
  private static let trailDomain = Array("fluxgate/v1/trail".utf8)

  /// The entry for one segment: SHA-256("fluxgate/v1/segment", 00, salt, SHA-256(manifest)).
  ///
  /// - Parameters:
  ///   - salt: the recording's 32 random bytes.
  ///   - manifest: the signed manifest, byte for byte.
  public static func segment(salt: [UInt8], manifest: [UInt8]) throws(LedgerError) -> [UInt8] {
    try segment(salt: salt, manifestDigest: SHA256.digest(manifest))
  }

  /// The same from the manifest's SHA-256.
  public static func segment(
    salt: [UInt8], manifestDigest: [UInt8]
  ) throws(LedgerError) -> [UInt8] {
    guard salt.count == saltByteCount else { throw .badLength(salt.count) }
    guard manifestDigest.count == 32 else { throw .badLength(manifestDigest.count) }
    return SHA256.digest(segmentDomain + [0] + salt + manifestDigest)
  }

  /// The entry for one record of a vault's trail: SHA-256("fluxgate/v1/trail", 00, salt, record).
  ///
  /// - Parameters:
  ///   - salt: 32 random bytes of this record's own.
  ///   - record: in deterministic CBOR.
  public static func trail(salt: [UInt8], record: [UInt8]) throws(LedgerError) -> [UInt8] {
    guard salt.count == saltByteCount else { throw .badLength(salt.count) }
    return SHA256.digest(trailDomain + [0] + salt + record)
  }
}
