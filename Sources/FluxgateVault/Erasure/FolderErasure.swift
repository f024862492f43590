public import FluxgateRecording
public import FluxgateSeal

/// Erases in a recording's own folder what its patient's tombstones cover (DocC page ``Erasure``).
public enum FolderErasure {
  /// Keeps the tombstones that reach this recording beside it, then erases. Needs no key; may be
  /// stopped anywhere and run again. With no tombstones given, it finishes what those in the folder
  /// say.
  ///
  /// - Parameters:
  ///   - vault: where the patient's machine has put capsules of keys that stay.
  ///   - secret: on the patient's machine: seals those here.
  /// - Throws: `VaultError.recording(.inUse)` while somebody records.
  public static func apply(
    _ tombstones: [Tombstone: [UInt8]], to folder: RecordingFolder,
    from vault: DirectoryVault? = nil, secret: PatientSecret? = nil
  ) throws(VaultError) -> ErasedRecording? {
    guard let lock = try VaultFile.reading(folder.path) else {
      throw .missing(path: folder.path)
    }
    guard lock.tryLock() else { throw .recording(.inUse(path: folder.path)) }
    let place = FolderPlace(folder: folder)
    guard let recording = try place.head().flatMap({ try? HeadDocument($0) })?.recording else {
      throw .refused(folder.recording, .encoding)
    }
    let known = Array(tombstones.keys) + (try self.tombstones(in: folder))
    guard var erasure = try RecordingErasure(known, of: recording, in: place) else {
      throw .missing(path: folder.pairing)
    }
    guard !erasure.erasures.isEmpty else { return nil }
    try keep(erasure.erasures.tombstones, tombstones, in: folder)
    try replace(erasure, place, vault, secret)
    return try erasure.run()
  }

  /// The tombstones beside a recording, of the patient whom its pairing names.
  public static func tombstones(in folder: RecordingFolder) throws(VaultError) -> [Tombstone] {
    guard let bytes = try FolderPlace(folder: folder).pairing(),
      let pairing = try? Pairing.read(bytes)
    else { return [] }
    do throws(RecordingError) {
      return try TombstoneFile.all(in: folder, of: pairing.patient).tombstones
    } catch {
      throw .recording(error)
    }
  }

  /// Before anything goes: the folder itself must say why.
  private static func keep(
    _ wanted: [Tombstone], _ files: [Tombstone: [UInt8]], in folder: RecordingFolder
  ) throws(VaultError) {
    try Folders.make(folder.erasures)
    try Folders.sync(folder.path)
    for tombstone in wanted {
      guard let bytes = files[tombstone] else { continue }
      let path = TombstoneFile.path(tombstone, in: folder)
      if try VaultFile.reading(path) == nil { try Folders.replace(path, bytes) }
    }
  }

  /// Capsules of keys that stay, for those that hold erased keys too.
  private static func replace(
    _ erasure: RecordingErasure<FolderPlace>, _ place: FolderPlace, _ vault: DirectoryVault?,
    _ secret: PatientSecret?
  ) throws(VaultError) {
    guard let head = erasure.head else { return }
    let standings = try erasure.standings()
    guard standings.contains(where: \.isMixed) else { return }
    if let vault { try fetch(for: standings, of: erasure, vault, place) }
    guard let secret, let tombstone = erasure.erasures.tombstones.last else { return }
    let resealing = Resealing(secret: secret, readers: [], head: head, tombstone: tombstone)
    for (name, bytes) in try resealing.capsules(for: try erasure.standings()) {
      try place.write(.capsule(name.text), bytes)
    }
  }

  private static func fetch(
    for standings: [CapsuleStanding], of erasure: RecordingErasure<FolderPlace>,
    _ vault: DirectoryVault, _ place: FolderPlace
  ) throws(VaultError) {
    let erasures = erasure.erasures
    let trust = try erasure.trust()
    let stored = VaultPlace(vault: vault, recording: erasures.recording)
    for name in try stored.capsules() where CapsuleFileName(name)?.grant != nil {
      guard let bytes = try stored.read(.capsule(name)) else { continue }
      let standing = CapsuleStanding(name, bytes, under: erasures, trusting: trust)
      guard standings.contains(where: { $0.isMixed && standing.replaces($0) }),
        erasures.tombstones.contains(where: { $0.signing == standing.capsule?.signer })
      else { continue }
      try place.write(.capsule(name), bytes)
    }
  }
}
