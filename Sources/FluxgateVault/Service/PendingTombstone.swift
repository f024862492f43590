internal import FluxgateSeal

/// A tombstone that was handed in, kept in the server's home until its entry is known: the file
/// `erasures/<id>.pending`, which is the tombstone as it came.
enum PendingTombstone {
  static let suffix = ".pending"

  /// Durable when it returns.
  static func keep(
    _ tombstone: Tombstone, _ file: [UInt8], in home: VaultHome
  ) throws(ServiceError) {
    _ = try onDisk { () throws(VaultError) in
      try HomeFile.create(path(tombstone.text, home), file)
    }
  }

  static func drop(_ tombstone: Tombstone, in home: VaultHome) throws(ServiceError) {
    try onDisk { () throws(VaultError) in
      _ = try Folders.remove(path(tombstone.text, home))
      try Folders.sync(home.erasureFolder)
    }
  }

  /// Every one that a home keeps.
  static func all(
    in home: VaultHome, of patient: KeyFingerprint
  ) throws(ServiceError) -> [Tombstone: [UInt8]] {
    let names = try onDisk { () throws(VaultError) in try Folders.list(home.erasureFolder) }
    var found: [Tombstone: [UInt8]] = [:]
    for (name, _) in names where name.hasSuffix(suffix) {
      let path = "\(home.erasureFolder)/\(name)"
      let bytes = try onDisk { () throws(VaultError) in
        try HomeFile.read(path, limit: Tombstone.byteCountMax)
      }
      guard let bytes, let tombstone = try? Tombstone.open(bytes, of: patient),
        name == tombstone.text + suffix
      else { throw ServiceError.damagedHome(path: path) }
      found[tombstone] = bytes
    }
    return found
  }

  private static func path(_ id: String, _ home: VaultHome) -> String {
    "\(home.erasureFolder)/\(id)\(suffix)"
  }
}
