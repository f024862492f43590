internal import Glibc

/// Small files of the gateway's own, written so that a kill leaves the old or the new one.
public enum DurableFile {
  public static func exists(_ path: String) -> Bool {
    // SAFETY: the path is read during the call only.
    unsafe access(path, F_OK) == 0
  }

  public static func read(_ path: String) throws(Fault) -> [UInt8] {
    // SAFETY: the descriptor is owned by this call.
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw .file(path, "read", errno) }
    defer { close(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // SAFETY: the kernel writes at most the buffer's size.
      let count = unsafe Glibc.read(file, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .file(path, "read", errno) }
      if count == 0 { return bytes }
      bytes += piece[..<count]
      // Nothing of the gateway's own is larger.
      guard bytes.count <= 64 << 20 else { throw .file(path, "read", EFBIG) }
    }
  }

  /// Writes beside, syncs and renames.
  public static func replace(
    _ path: String, with bytes: [UInt8], mode: UInt32 = 0o600
  ) throws(Fault) {
    let aside = path + ".part"
    // SAFETY: the descriptor is owned by this call and closed in `fill`.
    let file = unsafe open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
    guard file >= 0 else { throw .file(path, "write", errno) }
    try fill(file, bytes, path)
    guard unsafe rename(aside, path) == 0 else { throw .file(path, "write", errno) }
    syncFolder(of: path)
  }

  /// Like `replace`, but refuses to touch a file that is there.
  public static func create(
    _ path: String, with bytes: [UInt8], mode: UInt32 = 0o600
  ) throws(Fault) {
    let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard file >= 0 else { throw .file(path, "create", errno) }
    try fill(file, bytes, path)
    syncFolder(of: path)
  }

  /// Deletes a file; its folder is synced.
  public static func remove(_ path: String) throws(Fault) {
    guard unsafe unlink(path) == 0 else { throw .file(path, "delete", errno) }
    syncFolder(of: path)
  }

  /// UTC seconds since 1970; nil when there is no such file.
  static func modified(_ path: String) -> Int64? {
    var status = stat()
    // SAFETY: the string lives through the call, and the kernel fills the whole struct.
    guard unsafe stat(path, &status) == 0 else { return nil }
    return Int64(status.st_mtim.tv_sec)
  }

  /// Makes a folder and those above it.
  public static func makeFolder(_ path: String) throws(Fault) {
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      made += "/" + part
      if unsafe mkdir(made, 0o700) != 0, errno != EEXIST { throw .file(made, "create", errno) }
    }
  }

  private static func fill(_ file: Int32, _ bytes: [UInt8], _ path: String) throws(Fault) {
    defer { close(file) }
    var done = 0
    while done < bytes.count {
      // SAFETY: the slice is read during the call only.
      let count = unsafe bytes[done...].withUnsafeBytes {
        unsafe write(file, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .file(path, "write", errno) }
      done += count
    }
    guard fsync(file) == 0 else { throw .file(path, "write", errno) }
  }

  private static func syncFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let file = unsafe open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard file >= 0 else { return }
    fsync(file)
    close(file)
  }
}

extension Fault {
  static func file(_ path: String, _ verb: String, _ number: Int32) -> Fault {
    let remedy =
      switch number {
      case ENOENT: "check the path"
      case EACCES, EPERM: "check the permissions of the folder"
      case ENOSPC, EDQUOT: "free space on the disk"
      case EEXIST: "choose another name, or move the old file away"
      default: "see the cause"
      }
    return Fault(
      "H01", "cannot \(verb) \(path)", remedy: remedy, cause: ErrorNumber.text(number),
      exit: .refused)
  }
}
