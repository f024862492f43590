internal import Glibc
internal import Hummingbird
internal import NIOCore

/// An answer's body out of a file, read no faster than the client takes it.
final class FileBody: Sendable {
  struct Failure: Error {}

  static let pieceByteCount = 64 << 10
  private let descriptor: Int32
  private let byteCount: UInt64

  /// Nil when the file cannot be opened.
  init?(path: String, byteCount: UInt64, isTemporary: Bool) {
    // SAFETY: the path is read during the calls only; the descriptor is owned by this value.
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    self.byteCount = byteCount
    if isTemporary { unsafe unlink(path) }
    if descriptor < 0 { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// - Parameter start: offset of the first byte to send.
  func body(from start: UInt64) -> ResponseBody {
    ResponseBody(contentLength: Int(byteCount - start)) { [self] writer in
      var offset = start
      while offset < byteCount {
        let place = offset
        let piece = await BlockingWork.run { self.piece(at: place) }
        // A file that became shorter must not look whole to the client: the connection breaks.
        guard !piece.isEmpty else { throw Failure() }
        try await writer.write(ByteBuffer(bytes: piece))
        offset += UInt64(piece.count)
      }
      try await writer.finish(nil)
    }
  }

  private func piece(at offset: UInt64) -> [UInt8] {
    let count = Int(min(UInt64(Self.pieceByteCount), byteCount - offset))
    // SAFETY: the kernel writes at most the buffer's size, and what it wrote is counted.
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, unsafe pread(descriptor, buffer.baseAddress, count, off_t(offset)))
    }
  }
}
