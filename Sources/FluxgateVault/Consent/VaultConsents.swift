public import FluxgateConsent
public import FluxgateSeal

/// The consent records of a vault: objects `consent/<id>`.
public enum VaultConsents {
  static let prefix = "consent/"

  /// The book of all records in the vault. An object that does not count is in the book's `refused`,
  /// by its place in ``names(_:)``, and spoils nothing else.
  public static func load(
    _ vault: DirectoryVault, patient: PatientPublicKey
  ) throws(VaultError) -> ConsentBook {
    var records: [(bytes: [UInt8], receivedAt: Int64?)] = []
    for name in try names(vault) { records.append((try record(name, in: vault), nil)) }
    return ConsentBook(patient: patient, records: records)
  }

  public static func names(_ vault: DirectoryVault) throws(VaultError) -> [ObjectName] {
    try vault.list(prefix)
  }

  /// Puts a record under its id; false when it was there.
  @discardableResult
  public static func put(
    _ consent: SignedConsent, in vault: DirectoryVault
  ) throws(VaultError) -> Bool {
    try vault.put(.consent(consent.record.id), consent.bytes)
  }

  /// Puts a record under its id, in the place of whatever else has that name: for a server, which has
  /// seen that it counts.
  static func restore(
    _ consent: SignedConsent, in vault: DirectoryVault
  ) throws(VaultError) {
    let name = ObjectName.consent(consent.record.id)
    if try vault.byteCount(name) == nil {
      try vault.put(name, consent.bytes)
    } else if try record(name, in: vault) != consent.bytes {
      try vault.replace(name, consent.bytes)
    }
  }

  /// Nil for an object that is no record.
  static func read(
    _ name: ObjectName, in vault: DirectoryVault
  ) throws(VaultError) -> SignedConsent? {
    let bytes = try record(name, in: vault)
    return try? SignedConsent(bytes)
  }

  /// An object too long for a record gives no bytes, which the book refuses by its form.
  public static func record(
    _ name: ObjectName, in vault: DirectoryVault
  ) throws(VaultError) -> [UInt8] {
    do {
      return try vault.get(name, limit: SignedConsent.byteCountMax)
    } catch {
      guard case .refused(_, .size) = error else { throw error }
      return []
    }
  }
}
