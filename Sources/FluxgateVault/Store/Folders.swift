internal import CLinux
internal import Glibc

/// Calls on names and folders.
enum Folders {
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    // SAFETY: the string lives through the call, and the kernel fills the whole struct.
    guard unsafe stat(path, &status) == 0 else { return false }
    return status.st_mode & S_IFMT == S_IFDIR
  }

  /// UTC seconds since 1970; nil when there is no such file.
  static func modified(_ path: String) -> Int64? {
    var status = stat()
    // SAFETY: the string lives through the call, and the kernel fills the whole struct.
    guard unsafe stat(path, &status) == 0 else { return nil }
    return Int64(status.st_mtim.tv_sec)
  }

  /// Makes the folder unless it is there.
  static func make(_ path: String) throws(VaultError) {
    // SAFETY: the string lives through the call.
    guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw .failed(.makeFolder, path, errno)
    }
  }

  /// Gives a file its name unless the name is taken; false when it is.
  static func renameIfAbsent(_ path: String, to other: String) throws(VaultError) -> Bool {
    // SAFETY: both strings live through the call.
    if unsafe fg_rename_noreplace(path, other) == 0 { return true }
    if errno == EEXIST { return false }
    guard errno == EINVAL || errno == ENOSYS else { throw .failed(.rename, other, errno) }
    return try linkIfAbsent(path, to: other)
  }

  /// Gives a file its name, in place of another that has it.
  static func rename(_ path: String, to other: String) throws(VaultError) {
    // SAFETY: both strings live through the call.
    guard unsafe Glibc.rename(path, other) == 0 else { throw .failed(.rename, other, errno) }
  }

  /// For file systems without `renameat2`: a hard link never replaces either.
  private static func linkIfAbsent(_ path: String, to other: String) throws(VaultError) -> Bool {
    // SAFETY: both strings live through the call.
    guard unsafe Glibc.link(path, other) == 0 else {
      if errno == EEXIST { return false }
      throw .failed(.rename, other, errno)
    }
    _ = try remove(path)
    return true
  }

  /// Gives a file a second name, which nothing has.
  static func link(_ path: String, to other: String) throws(VaultError) {
    // SAFETY: both strings live through the call.
    guard unsafe Glibc.link(path, other) == 0 else { throw .failed(.rename, other, errno) }
  }

  /// False when there was no such file.
  static func remove(_ path: String) throws(VaultError) -> Bool {
    // SAFETY: the string lives through the call.
    if unsafe unlink(path) == 0 { return true }
    guard errno == ENOENT || errno == ENOTDIR else { throw .failed(.remove, path, errno) }
    return false
  }

  /// Writes a file aside and puts it in the place of what is there, durably.
  static func replace(_ path: String, _ bytes: [UInt8]) throws(VaultError) {
    let aside = path + ".part"
    _ = try remove(aside)
    let file = try VaultFile.creating(aside)
    try file.write(bytes, at: 0)
    try file.sync()
    try rename(aside, to: path)
    try sync(parent(of: path))
  }

  static func parent(of path: String) -> String {
    guard let cut = path.lastIndex(of: "/") else { return "." }
    return cut == path.startIndex ? "/" : String(path[..<cut])
  }

  static func sync(_ path: String) throws(VaultError) {
    guard let folder = try VaultFile.reading(path) else { throw .missing(path: path) }
    try folder.sync()
  }

  /// Names in a folder, sorted, without those that begin with a dot; none when it is not there.
  static func list(_ path: String) throws(VaultError) -> [(name: String, isFolder: Bool)] {
    // SAFETY: the stream is closed below; each entry is copied before the next is read.
    guard let folder = unsafe opendir(path) else {
      if errno == ENOENT || errno == ENOTDIR { return [] }
      throw .failed(.list, path, errno)
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { text in
          unsafe String(cString: text)
        }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      .map { ($0, isFolder("\(path)/\($0)")) }
  }
}
