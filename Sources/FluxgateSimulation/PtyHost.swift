internal import CLinux
internal import FluxgateSignal
public import FluxgateTransport
internal import Glibc

/// A virtual device on a pseudo-terminal, in real time.
///
/// `path` is a link that stays while the cable goes in and out, as the names in `/dev/serial/by-id`
/// do: it vanishes with the cable and points to another terminal when the cable is back.
public final class PtyHost: Sendable {
  public let path: String
  private let host: LineHost

  /// - Parameters:
  ///   - device: belongs to the host from here on.
  ///   - path: where the link shall be; what is there is replaced.
  public init(device: any VirtualDevice, path: String) {
    self.path = path
    host = LineHost(device: device, line: PtyLine(path: path))
  }

  deinit { host.stop() }

  public func start() throws(TransportError) { try host.start(name: "pty-host") }
  public func stop() { host.stop() }

  /// What the device made; only once stopped.
  public var truth: [TruthStream] { host.truth }
  /// Output that no gateway took in time; zero in a sound run.
  public var bytesLost: Int { host.bytesLost }
}

/// The master's side of a pseudo-terminal. Its slave stays closed here: that the master sees a
/// hang-up is how it knows that nobody has the line open.
final class PtyLine: DeviceLine {
  private let path: String
  private var master: LineDescriptor?

  init(path: String) { self.path = path }

  func plugIn() throws(TransportError) {
    var name = [CChar](repeating: 0, count: 64)
    // SAFETY: the array holds the 64 bytes that are told.
    let number = unsafe fg_pty_open(&name, name.count)
    guard number >= 0 else { throw .cannotOpen(name: path, errno: errno) }
    let fresh = LineDescriptor(owning: number, isSocket: false)
    let node = name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    try appear(as: String(decoding: node, as: UTF8.self))
    master = .some(fresh)
  }

  func pullOut() {
    // SAFETY: the path is read during the call only.
    _ = unsafe unlink(path)
    master = nil
  }

  func hasGateway() -> Bool {
    guard let number = master?.number else { return false }
    return fg_wait(number, 0, 0) & Int32(POLLHUP) == 0
  }

  func read(into buffer: inout [UInt8], until deadline: HostTime) throws(TransportError) -> Int {
    guard let count = try master?.read(into: &buffer, until: deadline).byteCount else {
      throw .disconnected(errno: 0)
    }
    return count
  }

  func write(_ bytes: [UInt8], from start: Int) throws(TransportError) -> Int {
    guard let count = try master?.writeSome(bytes, from: start) else {
      throw .disconnected(errno: 0)
    }
    return count
  }

  /// A terminal's two ends share one setting.
  var rate: UInt32? {
    guard let number = master?.number else { return nil }
    return fg_serial_rate(number)
  }

  /// What the last gateway left unread must not reach the next one.
  func hangUp() {
    if let number = master?.number { _ = fg_serial_flush(number) }
  }

  private func appear(as node: String) throws(TransportError) {
    // Only after a slave was opened and closed does the master report that nobody has it open.
    // SAFETY: the paths are read during the calls only.
    let slave = unsafe open(node, O_RDWR | O_NOCTTY | O_CLOEXEC)
    if slave >= 0 { _ = close(slave) }
    _ = unsafe unlink(path)
    guard unsafe symlink(node, path) == 0 else { throw .cannotOpen(name: path, errno: errno) }
  }
}
