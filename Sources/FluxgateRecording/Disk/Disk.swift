internal import CLinux
internal import Glibc

/// Whole files and folders: made aside, synced, renamed, so that a name always holds a whole file.
enum Disk {
  /// The suffix of a file that is still being written.
  static let aside = ".part"

  static func exists(_ path: String) -> Bool {
    // SAFETY: the string lives through the call.
    unsafe access(path, F_OK) == 0
  }

  /// The bytes of a small file; one larger than `limit` is refused with `EFBIG`.
  static func read(_ path: String, limit: Int = 1 << 26) throws(RecordingError) -> [UInt8] {
    let file = try File(path, for: .reading)
    let size = try file.size()
    guard size <= UInt64(limit) else {
      throw RecordingError.disk(.read, path: path, errno: EFBIG)
    }
    return try file.read(Int(size), at: 0)
  }

  /// Writes a file that must not exist yet; durable with its folder when this returns.
  static func create(_ path: String, _ bytes: [UInt8]) throws(RecordingError) {
    try write(path, bytes, replacing: false)
  }

  /// The same for a file that may exist: its name always holds the old bytes or the new ones.
  static func replace(_ path: String, _ bytes: [UInt8]) throws(RecordingError) {
    try write(path, bytes, replacing: true)
  }

  private static func write(
    _ path: String, _ bytes: [UInt8], replacing: Bool
  ) throws(RecordingError) {
    let part = path + aside
    if exists(part) { try remove(part) }
    do {
      let file = try File(part, for: .creating)
      try file.write(bytes, at: 0)
      try file.sync()
    }
    try rename(part, to: path, replacing: replacing)
    try syncFolder(of: path)
  }

  static func rename(
    _ path: String, to other: String, replacing: Bool
  ) throws(RecordingError) {
    // SAFETY: both strings live through the call.
    let done =
      replacing
      ? unsafe Glibc.rename(path, other) : unsafe fg_rename_noreplace(path, other)
    guard done == 0 else { throw RecordingError.disk(.rename, path: other, errno: errno) }
  }

  static func remove(_ path: String) throws(RecordingError) {
    // SAFETY: the string lives through the call.
    guard unsafe unlink(path) == 0 else {
      throw RecordingError.disk(.remove, path: path, errno: errno)
    }
  }

  static func makeFolder(_ path: String) throws(RecordingError) {
    // SAFETY: the string lives through the call.
    guard unsafe mkdir(path, 0o700) == 0 else {
      throw RecordingError.disk(.makeFolder, path: path, errno: errno)
    }
  }

  static func syncFolder(of path: String) throws(RecordingError) {
    let cut = path.lastIndex(of: "/")
    try File(cut.map { String(path[..<$0]) } ?? ".", for: .reading).sync()
  }

  /// The names in a folder, sorted, without `.` and `..`.
  static func list(_ path: String) throws(RecordingError) -> [String] {
    // SAFETY: the stream is closed below; each entry is copied before the next is read.
    guard let folder = unsafe opendir(path) else {
      throw RecordingError.disk(.list, path: path, errno: errno)
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { text in
          unsafe String(cString: text)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
