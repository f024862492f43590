internal import FluxgateSeal

/// A tombstone that the ledger has an entry for, as the server's home keeps it.
struct KeptTombstone: Hashable, Sendable {
  let tombstone: Tombstone
  let file: [UInt8]
  /// Of its entry.
  let index: UInt64

  /// The file `erasures/<id>`.
  var bytes: [UInt8] {
    CBOR.array([.unsigned(1), .bytes(file), .unsigned(index)]).encoded()
  }

  init(tombstone: Tombstone, file: [UInt8], index: UInt64) {
    self.tombstone = tombstone
    self.file = file
    self.index = index
  }

  init?(_ bytes: [UInt8]) {
    guard let parts = (try? CBOR.decode(bytes))?.arrayValue, parts.count == 3,
      parts[0] == .unsigned(1), let file = parts[1].bytesValue, let index = parts[2].uint,
      let tombstone = try? Tombstone.open(file)
    else { return nil }
    self.init(tombstone: tombstone, file: file, index: index)
  }

  /// Every tombstone that a home keeps.
  static func all(in home: VaultHome) throws(ServiceError) -> [KeptTombstone] {
    try onDisk { () throws(VaultError) in try Folders.list(home.erasureFolder) }
      .filter { !$0.name.hasSuffix(PendingTombstone.suffix) }
      .map { (name, _) throws(ServiceError) in
        let path = "\(home.erasureFolder)/\(name)"
        let bytes = try onDisk { () throws(VaultError) in
          try HomeFile.read(path, limit: Tombstone.byteCountMax + 64)
        }
        guard let kept = bytes.flatMap(KeptTombstone.init), kept.tombstone.text == name else {
          throw ServiceError.damagedHome(path: path)
        }
        return kept
      }
  }
}
