internal import FluxgateConsent
internal import FluxgateSeal

/// Consents that were taken in and may not have an entry yet: files `pending/<id>` of the home, each
/// the signed record itself. One is there from before its entry is made until it is kept.
enum PendingConsent {
  /// Returns when it is durable.
  static func keep(_ consent: SignedConsent, in home: VaultHome) throws(ServiceError) {
    _ = try onDisk { () throws(VaultError) in
      try HomeFile.create(path(consent.record.id, in: home), consent.bytes)
    }
  }

  static func drop(_ id: ConsentID, in home: VaultHome) throws(ServiceError) {
    _ = try onDisk { () throws(VaultError) in try Folders.remove(path(id, in: home)) }
  }

  static func all(in home: VaultHome) throws(ServiceError) -> [SignedConsent] {
    try onDisk { () throws(VaultError) in try Folders.list(home.pendingFolder) }
      .map { (name, _) throws(ServiceError) in
        let path = "\(home.pendingFolder)/\(name)"
        let bytes = try onDisk { () throws(VaultError) in
          try HomeFile.read(path, limit: SignedConsent.byteCountMax)
        }
        guard let consent = bytes.flatMap({ try? SignedConsent($0) }),
          consent.record.id.text == name
        else { throw ServiceError.damagedHome(path: path) }
        return consent
      }
  }

  private static func path(_ id: ConsentID, in home: VaultHome) -> String {
    "\(home.pendingFolder)/\(id.text)"
  }
}
