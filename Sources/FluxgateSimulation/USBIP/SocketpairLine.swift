internal import CLinux
internal import FluxgateSignal
internal import FluxgateTransport
internal import Glibc

/// A pair of connected sockets: one end stays here, the other is handed out at each plug-in. Closing
/// ours is what pulls the cable.
final class SocketpairLine: DeviceLine {
  private let handOut: (Int32) throws(TransportError) -> Void
  private var near: LineDescriptor?

  /// - Parameter handOut: gets the far end, which is closed afterwards; it keeps a duplicate.
  init(handOut: @escaping (Int32) throws(TransportError) -> Void) { self.handOut = handOut }

  func plugIn() throws(TransportError) {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    var ends: [Int32] = [-1, -1]
    // SAFETY: the kernel writes two descriptors, for which the array has room.
    guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw .system(errno: errno) }
    // Only our end: the kernel's waits for its bytes.
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    let fresh = LineDescriptor(owning: ends[0], isSocket: true)
    defer { _ = close(ends[1]) }
    try handOut(ends[1])
    near = .some(fresh)
  }

  func pullOut() { near = nil }
  func hasGateway() -> Bool { near != nil }

  func read(into buffer: inout [UInt8], until deadline: HostTime) throws(TransportError) -> Int {
    guard let count = try near?.read(into: &buffer, until: deadline).byteCount else {
      throw .disconnected(errno: 0)
    }
    return count
  }

  func write(_ bytes: [UInt8], from start: Int) throws(TransportError) -> Int {
    guard let count = try near?.writeSome(bytes, from: start) else {
      throw .disconnected(errno: 0)
    }
    return count
  }

  /// A client that let go of its end does not come back to this pair.
  func hangUp() { near = nil }
}
