internal import FluxgateSignal
internal import Glibc

/// A device's node stands a moment before udev has given it its owner and rights.
enum NodeRights {
  private static let limit = Int64.seconds(1)
  private static let pause = Int64.milliseconds(50)

  /// Tries again for about a second while permission is refused.
  static func settle<Link>(
    _ open: () throws(TransportError) -> Link
  ) throws(TransportError) -> Link {
    let deadline = HostClock.now.advanced(by: limit)
    while true {
      do throws(TransportError) {
        return try open()
      } catch .cannotOpen(let name, EACCES) {
        guard HostClock.now < deadline else { throw .cannotOpen(name: name, errno: EACCES) }
        WorkerThread.sleep(pause)
      }
    }
  }
}
