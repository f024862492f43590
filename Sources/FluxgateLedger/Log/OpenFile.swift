internal import Glibc

/// An open file descriptor, closed with its owner.
final class OpenFile: Sendable {
  private let path: String
  private let descriptor: Int32

  init(_ path: String, _ flags: Int32) throws(LedgerError) {
    self.path = path
    // SAFETY: the path outlives the call.
    descriptor = unsafe open(path, flags | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .file(.open, path: path, number: errno) }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  func lockExclusively() throws(LedgerError) {
    guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return }
    if errno == EWOULDBLOCK { throw .locked }
    throw .file(.lock, path: path, number: errno)
  }

  func sync() throws(LedgerError) {
    guard fsync(descriptor) == 0 else { throw .file(.sync, path: path, number: errno) }
  }

  func writeAndSync(_ bytes: [UInt8]) throws(LedgerError) {
    try write(bytes)
    try sync()
  }

  func write(_ bytes: [UInt8]) throws(LedgerError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      // SAFETY: write reads at most `count` bytes of the buffer during the call.
      let written = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw .file(.write, path: path, number: errno) }
      rest = rest.dropFirst(written)
    }
  }

  /// Bytes in the file.
  func byteCount() throws(LedgerError) -> Int {
    let end = lseek(descriptor, 0, SEEK_END)
    guard end >= 0 else { throw .file(.read, path: path, number: errno) }
    return end
  }

  func readAll(limit: Int) throws(LedgerError) -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let piece = try readPiece()
      if piece.isEmpty { return bytes }
      bytes += piece
      guard bytes.count <= limit else { throw .fileTooLarge(path: path, bytes: bytes.count) }
    }
  }

  private func readPiece() throws(LedgerError) -> [UInt8] {
    var number: Int32
    repeat {
      var piece = [UInt8](repeating: 0, count: 65_536)
      // SAFETY: read fills at most `count` bytes of the buffer during the call.
      let result = unsafe piece.withUnsafeMutableBytes {
        unsafe read(descriptor, $0.baseAddress, $0.count)
      }
      number = errno
      if result >= 0 { return [UInt8](piece.prefix(result)) }
    } while number == EINTR
    throw .file(.read, path: path, number: number)
  }
}
