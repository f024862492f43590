internal import FluxgateSeal

/// Small files of a server's home, made once and whole: written aside, synced, then named.
enum HomeFile {
  static let byteCountMax = 1 << 20

  /// False when the name is taken; what is there is not touched.
  @discardableResult
  static func create(_ path: String, _ bytes: [UInt8]) throws(VaultError) -> Bool {
    let folder = Folders.parent(of: path)
    let aside = try VaultFile.creating("\(folder)/.\(hexadecimal(RandomBytes.make(16)))")
    do {
      try aside.write(bytes, at: 0)
      try aside.sync()
      let isNew = try Folders.renameIfAbsent(aside.path, to: path)
      if !isNew { _ = try Folders.remove(aside.path) }
      try Folders.sync(folder)
      return isNew
    } catch {
      _ = try? Folders.remove(aside.path)
      throw error
    }
  }

  /// Nil when there is no such file.
  static func read(
    _ path: String, limit: Int = byteCountMax
  ) throws(VaultError) -> [UInt8]? {
    guard let file = try VaultFile.reading(path) else { return nil }
    let size = try file.size()
    guard size <= UInt64(limit) else {
      throw .refused(path, .size(size, expected: UInt64(limit)))
    }
    return try file.read(Int(size), at: 0)
  }
}
