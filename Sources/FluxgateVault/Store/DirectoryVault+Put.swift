internal import FluxgateSeal

extension DirectoryVault {
  /// Where objects are written before they have a name. No name begins with a dot.
  private var asidePath: String { "\(path)/.aside" }

  /// Puts an object unless it is there already with the same bytes.
  ///
  /// - Returns: true when this call put it. Durable either way.
  /// - Throws: `VaultError.conflict` when the name holds other bytes.
  @discardableResult
  public func put(_ name: ObjectName, _ bytes: [UInt8]) throws(VaultError) -> Bool {
    if try byteCount(name) != nil { return try settle(name, SHA256.digest(bytes)) }
    let aside = try makeAside(for: name)
    try Self.orRemove(aside.path) { () throws(VaultError) in try aside.write(bytes, at: 0) }
    return try publish(aside, as: name, SHA256.digest(bytes))
  }

  /// Puts a file whose size and digest are known; read piece by piece, so it may be large.
  ///
  /// A file that is not what `expected` says is refused by the object's name, and nothing is put.
  @discardableResult
  public func put(
    _ name: ObjectName, contentsOf source: String, expected: Head
  ) throws(VaultError) -> Bool {
    if try byteCount(name) != nil { return try settle(name, expected.sha256) }
    guard let file = try VaultFile.reading(source) else { throw .missing(path: source) }
    let aside = try makeAside(for: name)
    var copy = PieceCopy()
    do {
      try copy.copy(file, to: aside)
      try copy.finish().check(against: expected, name.text)
    } catch {
      _ = try? Folders.remove(aside.path)
      throw error
    }
    return try publish(aside, as: name, expected.sha256)
  }

  /// Puts an object in the place of another. For a proof, which gains cosignatures: whoever calls this
  /// has seen that the new one says all that the old one did. And for a consent that somebody altered:
  /// whoever calls this has the record that was entered.
  func replace(_ name: ObjectName, _ bytes: [UInt8]) throws(VaultError) {
    let aside = try makeAside(for: name)
    try Self.orRemove(aside.path) { () throws(VaultError) in
      try aside.write(bytes, at: 0)
      try aside.sync()
      try Folders.rename(aside.path, to: place(name))
    }
    try syncFolders(of: name)
  }

  /// Removes what killed writers left. Those at work hold locks, and keep theirs.
  public func removeLeftovers() throws(VaultError) {
    for (name, _) in try Folders.list(asidePath) {
      let left = "\(asidePath)/\(name)"
      guard let file = try VaultFile.reading(left), file.tryLock() else { continue }
      _ = try Folders.remove(left)
    }
  }

  private func makeAside(for name: ObjectName) throws(VaultError) -> VaultFile {
    guard Folders.isFolder(path) else { throw .missing(path: path) }
    try Folders.make(asidePath)
    for folder in name.folders { try Folders.make("\(path)/\(folder)") }
    return try VaultFile.creating("\(asidePath)/\(hexadecimal(RandomBytes.make(16)))")
  }

  private func publish(
    _ aside: borrowing VaultFile, as name: ObjectName, _ digest: [UInt8]
  ) throws(VaultError) -> Bool {
    let isNew: Bool
    do {
      try aside.sync()
      isNew = try Folders.renameIfAbsent(aside.path, to: place(name))
    } catch {
      _ = try? Folders.remove(aside.path)
      throw error
    }
    guard isNew else {
      _ = try Folders.remove(aside.path)
      return try settle(name, digest)
    }
    try syncFolders(of: name)
    return true
  }

  /// The name is taken: by these bytes, which is as good as putting them, or by others.
  ///
  /// Whoever put it may have been killed before the folder was synced: that is done here.
  private func settle(_ name: ObjectName, _ digest: [UInt8]) throws(VaultError) -> Bool {
    guard try head(name).sha256 == digest else { throw .conflict(name.text) }
    try syncFolders(of: name)
    return false
  }

  private static func orRemove(
    _ path: String, _ body: () throws(VaultError) -> Void
  ) throws(VaultError) {
    do {
      try body()
    } catch {
      _ = try? Folders.remove(path)
      throw error
    }
  }
}

extension DirectoryVault.Head {
  func check(against expected: DirectoryVault.Head, _ name: String) throws(VaultError) {
    guard byteCount == expected.byteCount else {
      throw .refused(name, .size(byteCount, expected: expected.byteCount))
    }
    guard sha256 == expected.sha256 else { throw .refused(name, .digest) }
  }
}
