internal import FluxgateRecording
internal import FluxgateSeal
internal import Synchronization

/// Makes parts of segments on their way out: HDF5 does one at a time.
final class PartMaker: Sendable {
  private let folder: String
  private let one = Mutex(())

  /// Removes what a killed server left.
  init(_ home: VaultHome) throws(ServiceError) {
    folder = home.partFolder
    try home.makeFolder(folder)
    try onDisk { [folder] () throws(VaultError) in
      for (name, _) in try Folders.list(folder) { _ = try Folders.remove("\(folder)/\(name)") }
    }
  }

  /// A file of its own, which the receiver deletes.
  func make(
    _ source: SegmentSource, from vault: DirectoryVault
  ) throws(ServiceError) -> ReleasedObject {
    let path = "\(folder)/\(hexadecimal(RandomBytes.make(16))).h5"
    return try onDisk { () throws(VaultError) in
      let head = try vault.get(.head(source.recording))
      let manifest = try vault.get(.manifest(source.recording, source.number))
      try one.withLock { _ throws(VaultError) in
        try Self.write(source, from: vault.place(source.segment), to: path, head, manifest)
      }
      guard let file = try VaultFile.reading(path) else { throw VaultError.missing(path: path) }
      return .file(path: path, size: try file.size(), isTemporary: true)
    }
  }

  private static func write(
    _ source: SegmentSource, from segment: String, to path: String, _ head: [UInt8],
    _ manifest: [UInt8]
  ) throws(VaultError) {
    do {
      try SegmentPart.write(
        from: segment, to: path, head: head, manifest: manifest, categories: source.categories)
    } catch {
      throw .recording(error)
    }
  }
}
