internal import FluxgateRecording
internal import FluxgateSeal

/// A file of a recording that an erasure reads, writes or deletes, wherever the recording lies.
enum ErasureFile: Hashable {
  case salt
  case capsule(String)
  case span(UInt32)
  case manifest(UInt32)
  case proof(UInt32)
  case entry(UInt32)
  case journal(String)
  /// By number and, in a vault, by the digest that its manifest signs.
  case segment(UInt32, digest: [UInt8])
}

/// What an erasure is planned by: a recording's folder, a vault, or documents in memory.
protocol RecordingPlace {
  /// Nil where there is no such file.
  func read(_ file: ErasureFile) throws(VaultError) -> [UInt8]?
  func head() throws(VaultError) -> [UInt8]?
  func pairing() throws(VaultError) -> [UInt8]?
  /// When the recording came to lie here, by the file system: UTC seconds since 1970.
  func made() throws(VaultError) -> Int64?
  /// Names within the place for capsules, whatever they are.
  func capsules() throws(VaultError) -> [String]
  func spans() throws(VaultError) -> [UInt32]
  /// Numbers of the segments that have a manifest, rising.
  func manifests() throws(VaultError) -> [UInt32]
}

/// Where a recording lies, and is erased: its own folder or a vault.
protocol ErasurePlace: RecordingPlace {
  /// Durable when it returns; a file with the same bytes may be there.
  func write(_ file: ErasureFile, _ bytes: [UInt8]) throws(VaultError)
  /// The file's name for a report; nil when there was none. Durable when it returns.
  func remove(_ file: ErasureFile) throws(VaultError) -> String?
  func journals() throws(VaultError) -> [String]
  /// Removes what killed writers left: it may hold keys.
  func removeLeftovers() throws(VaultError)
}

/// The objects of one recording in a vault.
struct VaultPlace: ErasurePlace {
  let vault: DirectoryVault
  let recording: [UInt8]

  func read(_ file: ErasureFile) throws(VaultError) -> [UInt8]? { try read(name(file)) }

  func write(_ file: ErasureFile, _ bytes: [UInt8]) throws(VaultError) {
    guard let name = try name(file) else { return }
    try vault.put(name, bytes)
  }

  func remove(_ file: ErasureFile) throws(VaultError) -> String? {
    guard let name = try name(file), try vault.delete(name) else { return nil }
    return name.text
  }

  func head() throws(VaultError) -> [UInt8]? { try read(ObjectName.head(recording)) }
  func pairing() throws(VaultError) -> [UInt8]? { try read(ObjectName.pairing(recording)) }
  func made() -> Int64? { Folders.modified(vault.place(.pairing(recording))) }

  func capsules() throws(VaultError) -> [String] {
    try vault.list(ObjectName.capsules(recording)).map { String($0.last) }
  }

  func spans() throws(VaultError) -> [UInt32] { try numbers(ObjectName.spans(recording)) }
  func manifests() throws(VaultError) -> [UInt32] { try numbers(ObjectName.manifests(recording)) }
  func journals() -> [String] { [] }
  func removeLeftovers() throws(VaultError) { try vault.removeLeftovers() }

  private func numbers(_ prefix: String) throws(VaultError) -> [UInt32] {
    try vault.list(prefix).compactMap { segmentNumber($0.last) }.sorted()
  }

  private func read(_ name: ObjectName?) throws(VaultError) -> [UInt8]? {
    guard let name, try vault.byteCount(name) != nil else { return nil }
    return try vault.get(name)
  }

  private func name(_ file: ErasureFile) throws(VaultError) -> ObjectName? {
    switch file {
    case .salt: .salt(recording)
    case .capsule(let name): try ObjectName(ObjectName.capsules(recording) + name)
    case .span(let epoch): .span(recording, epoch)
    case .manifest(let segment): .manifest(recording, segment)
    case .proof(let segment): .proof(recording, segment)
    case .entry(let segment): .entry(recording, segment)
    case .segment(_, let digest): .segment(digest: digest)
    case .journal: nil
    }
  }
}

/// The files of a recording's folder.
struct FolderPlace: ErasurePlace {
  static let documentByteCountMax: UInt64 = 1 << 26
  let folder: RecordingFolder

  func read(_ file: ErasureFile) throws(VaultError) -> [UInt8]? { try read(path(file)) }

  func write(_ file: ErasureFile, _ bytes: [UInt8]) throws(VaultError) {
    try Folders.replace(path(file), bytes)
  }

  func remove(_ file: ErasureFile) throws(VaultError) -> String? {
    let path = path(file)
    guard try Folders.remove(path) else { return nil }
    try Folders.sync(Folders.parent(of: path))
    return String(path.dropFirst(folder.path.utf8.count + 1))
  }

  func head() throws(VaultError) -> [UInt8]? { try read(folder.recording) }
  func pairing() throws(VaultError) -> [UInt8]? { try read(folder.pairing) }
  func made() -> Int64? { Folders.modified(folder.pairing) }

  func capsules() throws(VaultError) -> [String] { try names(folder.capsules) }
  func spans() throws(VaultError) -> [UInt32] { try numbers(folder.spans, ".span") }
  func manifests() throws(VaultError) -> [UInt32] { try numbers(folder.manifests, ".manifest") }
  func journals() throws(VaultError) -> [String] { try names(folder.journals) }

  func removeLeftovers() throws(VaultError) {
    let places = [folder.path, folder.capsules, folder.journals, folder.spans, folder.proofs]
    for place in places {
      for name in try names(place) where name.hasSuffix(".part") {
        _ = try Folders.remove("\(place)/\(name)")
      }
    }
  }

  private func names(_ path: String) throws(VaultError) -> [String] {
    try Folders.list(path).filter { !$0.isFolder }.map(\.name)
  }

  private func numbers(_ path: String, _ suffix: String) throws(VaultError) -> [UInt32] {
    try names(path).filter { $0.hasSuffix(suffix) }
      .compactMap { segmentNumber($0.dropLast(suffix.count)) }.sorted()
  }

  private func read(_ path: String) throws(VaultError) -> [UInt8]? {
    guard let file = try VaultFile.reading(path) else { return nil }
    let size = try file.size()
    guard size <= Self.documentByteCountMax else {
      throw .refused(path, .size(size, expected: Self.documentByteCountMax))
    }
    return try file.read(Int(size), at: 0)
  }

  private func path(_ file: ErasureFile) -> String {
    switch file {
    case .salt: folder.salt
    case .capsule(let name): "\(folder.capsules)/\(name)"
    case .span(let epoch): folder.span(epoch)
    case .manifest(let segment): folder.manifest(segment)
    case .proof(let segment): folder.proof(segment)
    case .entry(let segment): folder.entry(segment)
    case .journal(let name): "\(folder.journals)/\(name)"
    case .segment(let segment, _): folder.segment(segment)
    }
  }
}
