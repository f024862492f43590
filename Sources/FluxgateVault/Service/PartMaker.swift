internal import FluxgateRecording
internal import FluxgateSeal
internal import Synchronization

/// Makes parts of segments on their way out, each once for a release: HDF5 does one at a time.
///
/// They are kept in the home until the release ends, so that a fetch can go on where it was cut. Past
/// a number, or many bytes, the one that was asked for longest ago goes, and would be made again.
final class PartMaker: Sendable {
  private let folder: String
  let one = Mutex(())
  private let kept: Mutex<PartShelf>

  /// Removes what a killed server left.
  ///
  /// - Parameters:
  ///   - countMax: how many parts are kept at most.
  ///   - byteCountMax: of all of them; the newest one is kept whatever its size.
  init(
    _ home: VaultHome, countMax: Int = 64, byteCountMax: UInt64 = 2 << 30
  ) throws(ServiceError) {
    folder = home.partFolder
    kept = Mutex(PartShelf(countMax: countMax, byteCountMax: byteCountMax))
    try home.makeFolder(folder)
    try onDisk { [folder] () throws(VaultError) in
      for (name, _) in try Folders.list(folder) { _ = try Folders.remove("\(folder)/\(name)") }
    }
  }

  /// The part, under a name that is this caller's own: it stays whole whatever becomes of the kept one.
  func make(
    _ source: SegmentSource, of release: [UInt8], from vault: DirectoryVault
  ) throws(ServiceError) -> MadePart {
    let key = PartKey(release: release, recording: source.recording, number: source.number)
    return try onDisk { () throws(VaultError) in
      if let part = try handOut(key) { return part }
      return try one.withLock { _ throws(VaultError) in
        if let part = try handOut(key) { return part }
        let made = try write(source, from: vault)
        let own = try link(made)
        try kept.withLock { (kept) throws(VaultError) in try kept.add(made, as: key) }
        return own
      }
    }
  }

  /// Forgets the parts of releases that have ended.
  func keepOnly(_ releases: Set<[UInt8]>) throws(ServiceError) {
    try onDisk { () throws(VaultError) in
      try kept.withLock { (kept) throws(VaultError) in try kept.keepOnly(releases) }
    }
  }

  /// Links the file while nobody can remove it.
  private func handOut(_ key: PartKey) throws(VaultError) -> MadePart? {
    try kept.withLock { (kept) throws(VaultError) in
      guard let part = kept.find(key) else { return nil }
      return try link(part)
    }
  }

  private func link(_ part: MadePart) throws(VaultError) -> MadePart {
    let own = MadePart(path: newPath(), size: part.size)
    try Folders.link(part.path, to: own.path)
    return own
  }

  private func newPath() -> String { "\(folder)/\(hexadecimal(RandomBytes.make(16))).h5" }

  private func write(
    _ source: SegmentSource, from vault: DirectoryVault
  ) throws(VaultError) -> MadePart {
    let path = newPath()
    let head = try vault.get(.head(source.recording))
    let manifest = try vault.get(.manifest(source.recording, source.number))
    do {
      try SegmentPart.write(
        from: vault.place(source.segment), to: path, head: head, manifest: manifest,
        categories: source.categories)
    } catch {
      throw .recording(error)
    }
    guard let file = try VaultFile.reading(path) else { throw .missing(path: path) }
    return MadePart(path: path, size: try file.size())
  }
}
