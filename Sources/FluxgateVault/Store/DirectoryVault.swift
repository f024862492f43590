internal import FluxgateSeal

/// A vault in a folder: objects are put once, under a name, and never changed. A proof alone gives way
/// to the same proof with more cosignatures.
///
/// ```swift
/// let vault = try DirectoryVault("/media/patient/vault")
/// try vault.probe()
/// let report = try Push.run(folder, to: vault)
/// ```
///
/// An object that can be seen is whole and durable: it is written aside in the same file system,
/// synced, named without replacing, and its folders are synced. Several gateways, and several
/// threads, may use one vault. Names and contents are ``ObjectName``; there is nothing secret in
/// them that is not sealed.
public struct DirectoryVault: Sendable, Hashable {
  public let path: String

  /// - Parameter path: a folder that exists. None is made: an unmounted disk must not become a folder.
  public init(_ path: String) throws(VaultError) {
    guard Folders.isFolder(path) else { throw .missing(path: path) }
    self.path = path
  }

  /// Size and digest of an object that was read for it, whole.
  public struct Head: Hashable, Sendable {
    public let byteCount: UInt64
    public let sha256: [UInt8]
  }

  /// The bytes of an object; one longer than `limit` is refused.
  public func get(_ name: ObjectName, limit: Int = 1 << 26) throws(VaultError) -> [UInt8] {
    let file = try open(name)
    let size = try file.size()
    guard size <= UInt64(limit) else {
      throw .refused(name.text, .size(size, expected: UInt64(limit)))
    }
    return try file.read(Int(size), at: 0)
  }

  /// The object's size and digest, from its bytes as they are now.
  public func head(_ name: ObjectName) throws(VaultError) -> Head {
    var copy = PieceCopy()
    try copy.take(try open(name))
    return copy.finish()
  }

  /// The names that begin with `prefix`, sorted.
  ///
  /// - Parameter prefix: as it stands: `log/` or `log/0123`, or empty for all.
  public func list(_ prefix: String = "") throws(VaultError) -> [ObjectName] {
    guard Folders.isFolder(path) else { throw .missing(path: path) }
    var found: [ObjectName] = []
    let start = prefix.lastIndex(of: "/").map { String(prefix[..<$0]) } ?? ""
    guard start.isEmpty || ObjectName.isValid(start) else { throw .invalidName(prefix) }
    try collect(start, prefix, into: &found)
    return found.sorted()
  }

  /// Deletes an object, durably; false when there was none.
  @discardableResult
  public func delete(_ name: ObjectName) throws(VaultError) -> Bool {
    guard Folders.isFolder(path) else { throw .missing(path: path) }
    let existed = try Folders.remove(place(name))
    if existed { try syncFolders(of: name) }
    return existed
  }

  func place(_ name: ObjectName) -> String { "\(path)/\(name.text)" }

  func open(_ name: ObjectName) throws(VaultError) -> VaultFile {
    guard let file = try VaultFile.reading(place(name)) else {
      guard Folders.isFolder(path) else { throw .missing(path: path) }
      throw .noObject(name.text)
    }
    return file
  }

  /// The object's size without a look at its bytes; nil when there is none.
  func byteCount(_ name: ObjectName) throws(VaultError) -> UInt64? {
    guard let file = try VaultFile.reading(place(name)) else { return nil }
    return try file.size()
  }

  /// From the innermost folder out, so that each name's folder is durable with it.
  func syncFolders(of name: ObjectName) throws(VaultError) {
    for folder in name.folders.reversed() { try Folders.sync("\(path)/\(folder)") }
    try Folders.sync(path)
  }

  /// Names are at most eight parts deep, and so is this.
  private func collect(
    _ folder: String, _ prefix: String, into found: inout [ObjectName]
  ) throws(VaultError) {
    for (part, isFolder) in try Folders.list(folder.isEmpty ? path : "\(path)/\(folder)") {
      let text = folder.isEmpty ? part : "\(folder)/\(part)"
      guard let name = try? ObjectName(text) else { continue }
      guard text.hasPrefix(prefix) else { continue }
      if isFolder { try collect(text, prefix, into: &found) } else { found.append(name) }
    }
  }
}

/// Reads a file piece by piece, hashing it, and writes the same pieces elsewhere where asked to.
struct PieceCopy: ~Copyable {
  private var hash = SHA256()
  private(set) var byteCount: UInt64 = 0

  mutating func take(_ file: borrowing VaultFile) throws(VaultError) {
    while try piece(of: file) != nil {}
  }

  mutating func copy(
    _ file: borrowing VaultFile, to other: borrowing VaultFile
  ) throws(VaultError) {
    while let piece = try piece(of: file) {
      try other.write(piece, at: byteCount - UInt64(piece.count))
    }
  }

  private mutating func piece(of file: borrowing VaultFile) throws(VaultError) -> [UInt8]? {
    let piece = try file.read(VaultFile.pieceByteCount, at: byteCount)
    guard !piece.isEmpty else { return nil }
    hash.update(piece)
    byteCount += UInt64(piece.count)
    return piece
  }

  consuming func finish() -> DirectoryVault.Head {
    let count = byteCount
    return DirectoryVault.Head(byteCount: count, sha256: hash.finish())
  }
}
