internal import Glibc

/// The bytes of a capture file from the first to the last, in pieces that the reader asks for.
struct CaptureBytes: ~Copyable {
  private let number: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  /// Where the next piece begins, from the file's start.
  private(set) var offset = 0

  private static let pieceCount = 1 << 16

  init(path: String) throws(TransportError) {
    // SAFETY: the path is read during the call only.
    number = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { throw .cannotOpen(name: path, errno: errno) }
  }

  deinit { _ = close(number) }

  /// - Returns: nil at the end of the file.
  /// - Throws: `truncated` when the file ends within the piece.
  mutating func take(_ count: Int) throws(TransportError) -> [UInt8]? {
    while buffer.count - start < count {
      guard try fill() else {
        if buffer.count == start { return nil }
        throw .damagedCapture(offset: offset, .truncated)
      }
    }
    let piece = Array(buffer[start..<start + count])
    start += count
    offset += count
    return piece
  }

  private mutating func fill() throws(TransportError) -> Bool {
    var piece = [UInt8](repeating: 0, count: Self.pieceCount)
    // SAFETY: the kernel writes at most the array's own count of bytes.
    let count = unsafe piece.withUnsafeMutableBytes { place in
      unsafe read(number, place.baseAddress, place.count)
    }
    if count < 0 {
      if errno == EINTR { return true }
      throw .system(errno: errno)
    }
    buffer.removeFirst(start)
    start = 0
    buffer += piece[0..<count]
    return count > 0
  }
}
