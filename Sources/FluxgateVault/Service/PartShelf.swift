/// Which part of which release.
struct PartKey: Hashable, Sendable {
  let release: [UInt8]
  let recording: [UInt8]
  let number: UInt32
}

/// A part's file.
struct MadePart: Hashable, Sendable {
  let path: String
  let size: UInt64

  /// The file is the receiver's to delete.
  var object: ReleasedObject { .file(path: path, size: size, isTemporary: true) }

  func discard() throws(ServiceError) {
    _ = try onDisk { () throws(VaultError) in try Folders.remove(path) }
  }
}

/// The parts that are kept, and in which order they were asked for.
struct PartShelf: Sendable {
  let countMax: Int
  let byteCountMax: UInt64
  /// From the one that was asked for longest ago.
  private var parts: [(key: PartKey, part: MadePart)] = []

  init(countMax: Int, byteCountMax: UInt64) {
    self.countMax = countMax
    self.byteCountMax = byteCountMax
  }

  mutating func find(_ key: PartKey) -> MadePart? {
    guard let place = parts.firstIndex(where: { $0.key == key }) else { return nil }
    let found = parts.remove(at: place)
    parts.append(found)
    return found.part
  }

  /// Removes others until there is room for it.
  mutating func add(_ part: MadePart, as key: PartKey) throws(VaultError) {
    parts.append((key, part))
    while parts.count > 1, parts.count > countMax || byteCount > byteCountMax {
      _ = try Folders.remove(parts[0].part.path)
      parts.removeFirst()
    }
  }

  mutating func keepOnly(_ releases: Set<[UInt8]>) throws(VaultError) {
    for (key, part) in parts where !releases.contains(key.release) {
      _ = try Folders.remove(part.path)
      parts.removeAll { $0.key == key }
    }
  }

  private var byteCount: UInt64 { parts.reduce(0) { $0 + $1.part.size } }
}
