internal import Glibc

/// An open file: with ``Folders`` the one place that makes file calls. Closed when the value ends.
struct VaultFile: ~Copyable {
  static let pieceByteCount = 1 << 20

  let path: String
  private let descriptor: Int32

  /// Opens for reading; nil when there is no such file. Links are not followed.
  static func reading(_ path: String) throws(VaultError) -> VaultFile? {
    // SAFETY: the string lives through the call.
    let opened = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard opened >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw .failed(.open, path, errno)
    }
    return VaultFile(path: path, descriptor: opened)
  }

  /// Makes a file that must not exist, and holds its lock while it is open.
  static func creating(_ path: String) throws(VaultError) -> VaultFile {
    // SAFETY: the string lives through the call.
    let opened = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard opened >= 0 else { throw .failed(.open, path, errno) }
    let file = VaultFile(path: path, descriptor: opened)
    _ = file.tryLock()
    return file
  }

  /// Opens or makes a file and waits for its lock, which ends with the value.
  static func locking(_ path: String) throws(VaultError) -> VaultFile {
    let file = try opening(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW)
    while flock(file.descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw .failed(.lock, path, errno) }
    }
    return file
  }

  /// Makes a file, or empties the one that is there.
  static func overwriting(_ path: String) throws(VaultError) -> VaultFile {
    try opening(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW)
  }

  private static func opening(_ path: String, _ flags: Int32) throws(VaultError) -> VaultFile {
    // SAFETY: the string lives through the call.
    let opened = unsafe open(path, flags, 0o600)
    guard opened >= 0 else { throw .failed(.open, path, errno) }
    return VaultFile(path: path, descriptor: opened)
  }

  private init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// False when another holds the lock. The kernel takes it away when its holder ends.
  func tryLock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

  func size() throws(VaultError) -> UInt64 {
    let end = lseek(descriptor, 0, SEEK_END)
    guard end >= 0 else { throw .failed(.read, path, errno) }
    return UInt64(end)
  }

  /// Up to `count` bytes at `offset`; fewer only at the end of the file.
  func read(_ count: Int, at offset: UInt64) throws(VaultError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let from = done
      // SAFETY: the pointer is used within the array's own bytes, during the call.
      let got = unsafe bytes.withUnsafeMutableBytes { raw in
        unsafe pread(
          descriptor, raw.baseAddress?.advanced(by: from), raw.count - from,
          off_t(offset) + off_t(from))
      }
      if got == 0 { break }
      guard got > 0 else {
        if errno == EINTR { continue }
        throw .failed(.read, path, errno)
      }
      done += got
    }
    bytes.removeLast(count - done)
    return bytes
  }

  func write(_ bytes: [UInt8], at offset: UInt64) throws(VaultError) {
    var done = 0
    while done < bytes.count {
      let from = done
      // SAFETY: the pointer is used within the array's own bytes, during the call.
      let written = unsafe bytes.withUnsafeBytes { raw in
        unsafe pwrite(
          descriptor, raw.baseAddress?.advanced(by: from), raw.count - from,
          off_t(offset) + off_t(from))
      }
      guard written > 0 else {
        if written < 0, errno == EINTR { continue }
        throw .failed(.write, path, written == 0 ? ENOSPC : errno)
      }
      done += written
    }
  }

  func sync() throws(VaultError) {
    guard fsync(descriptor) == 0 else { throw .failed(.sync, path, errno) }
  }
}

extension VaultError {
  /// Sorts a failed call: full and forbidden are what a person can do something about.
  static func failed(_ operation: FileOperation, _ path: String, _ number: Int32) -> VaultError {
    switch number {
    case ENOSPC, EDQUOT, EFBIG: .full(path: path)
    case EACCES, EPERM, EROFS: .notPermitted(path: path)
    default: .file(operation, path: path, errno: number)
    }
  }
}
