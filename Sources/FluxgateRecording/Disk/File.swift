internal import Glibc

/// An open file. The one place that makes file calls; closed when the value ends.
///
/// Positioned reads and writes may be made from several threads; the recording has one writer.
struct File: ~Copyable, Sendable {
  enum Purpose {
    case reading
    /// Made anew; it must not exist.
    case creating
    case changing
  }

  let path: String
  private let descriptor: Int32

  init(_ path: String, for purpose: Purpose) throws(RecordingError) {
    let flags =
      switch purpose {
      case .reading: O_RDONLY
      case .creating: O_RDWR | O_CREAT | O_EXCL
      case .changing: O_RDWR
      }
    // SAFETY: the string lives through the call.
    let opened = unsafe open(path, flags | O_CLOEXEC, 0o600)
    guard opened >= 0 else { throw RecordingError.disk(.open, path: path, errno: errno) }
    self.path = path
    descriptor = opened
  }

  deinit { close(descriptor) }

  /// Writes all of `bytes` at `offset`, or throws; what stands there after a failure is undefined.
  func write(_ bytes: [UInt8], at offset: UInt64) throws(RecordingError) {
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
        throw RecordingError.disk(.write, path: path, errno: written == 0 ? ENOSPC : errno)
      }
      done += written
    }
  }

  /// Up to `count` bytes at `offset`; fewer only at the end of the file.
  func read(_ count: Int, at offset: UInt64) throws(RecordingError) -> [UInt8] {
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
        throw RecordingError.disk(.read, path: path, errno: errno)
      }
      done += got
    }
    bytes.removeLast(count - done)
    return bytes
  }

  func size() throws(RecordingError) -> UInt64 {
    let end = lseek(descriptor, 0, SEEK_END)
    guard end >= 0 else { throw RecordingError.disk(.size, path: path, errno: errno) }
    return UInt64(end)
  }

  /// Puts the file's bytes and its size on the disk.
  func syncData() throws(RecordingError) {
    guard fdatasync(descriptor) == 0 else {
      throw RecordingError.disk(.sync, path: path, errno: errno)
    }
  }

  func sync() throws(RecordingError) {
    guard fsync(descriptor) == 0 else {
      throw RecordingError.disk(.sync, path: path, errno: errno)
    }
  }

  func truncate(to size: UInt64) throws(RecordingError) {
    guard ftruncate(descriptor, off_t(size)) == 0 else {
      throw RecordingError.disk(.truncate, path: path, errno: errno)
    }
  }
}
