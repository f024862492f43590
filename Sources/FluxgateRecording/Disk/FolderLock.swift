internal import Glibc

/// Keeps two writers, or a writer and a recovery, out of one recording. The kernel takes the lock
/// away when the process ends, however it ends.
final class FolderLock: Sendable {
  private let descriptor: Int32

  init(_ folder: RecordingFolder) throws(RecordingError) {
    // SAFETY: the string lives through the call.
    descriptor = unsafe open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .disk(.open, path: folder.path, errno: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      close(descriptor)
      throw reason == EWOULDBLOCK
        ? .inUse(path: folder.path) : .disk(.lock, path: folder.path, errno: reason)
    }
  }

  deinit { close(descriptor) }
}
