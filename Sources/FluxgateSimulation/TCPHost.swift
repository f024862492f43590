internal import CLinux
internal import FluxgateSignal
public import FluxgateTransport
internal import Glibc
internal import Synchronization

/// A virtual device behind a TCP port of this machine (127.0.0.1), in real time, for one gateway at
/// a time. While the cable is out nobody listens on the port.
public final class TCPHost: Sendable {
  private let host: LineHost
  private let line: TCPLine

  /// - Parameters:
  ///   - device: belongs to the host from here on.
  ///   - port: 0 for any free one.
  public init(device: any VirtualDevice, port: UInt16 = 0) {
    line = TCPLine(port: port)
    host = LineHost(device: device, line: line)
  }

  deinit { host.stop() }

  public func start() throws(TransportError) { try host.start(name: "tcp-host") }
  public func stop() { host.stop() }

  /// The port in use, once started; it stays the same over unplugs.
  public var port: UInt16 { line.port }
  /// What the device made; only once stopped.
  public var truth: [TruthStream] { host.truth }
  /// Output that no gateway took in time; zero in a sound run.
  public var bytesLost: Int { host.bytesLost }
}

@safe final class TCPLine: DeviceLine, Sendable {
  // SAFETY: belongs to the host's thread, which starts after the first `plugIn` and is joined.
  private nonisolated(unsafe) var listener: LineDescriptor?
  private nonisolated(unsafe) var client: LineDescriptor?
  private let portNumber: Atomic<UInt16>

  init(port: UInt16) { portNumber = Atomic(port) }

  var port: UInt16 { portNumber.load(ordering: .acquiring) }

  func plugIn() throws(TransportError) {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let number = socket(AF_INET, kind, 0)
    guard number >= 0 else { throw failure }
    let fresh = LineDescriptor(owning: number, isSocket: true)
    Self.set(number, SOL_SOCKET, SO_REUSEADDR)
    guard Loopback.bind(number, port), listen(number, 1) == 0 else { throw failure }
    portNumber.store(Loopback.boundPort(of: number), ordering: .releasing)
    unsafe listener = .some(fresh)
  }

  func pullOut() {
    // The listener first: a gateway that sees the loss and tries at once must be refused.
    unsafe listener = nil
    unsafe client = nil
  }

  func hasGateway() -> Bool {
    if unsafe client != nil { return true }
    guard let listening = unsafe listener?.number else { return false }
    let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let number = fg_accept(listening, flags)
    guard number >= 0 else { return false }
    Self.set(number, Int32(IPPROTO_TCP), TCP_NODELAY)
    unsafe client = LineDescriptor(owning: number, isSocket: true)
    return true
  }

  func read(into buffer: inout [UInt8], until deadline: HostTime) throws(TransportError) -> Int {
    guard let count = try unsafe client?.read(into: &buffer, until: deadline).byteCount else {
      throw .disconnected(errno: 0)
    }
    return count
  }

  func write(_ bytes: [UInt8], from start: Int) throws(TransportError) -> Int {
    guard let count = try unsafe client?.writeSome(bytes, from: start) else {
      throw .disconnected(errno: 0)
    }
    return count
  }

  func hangUp() { unsafe client = nil }

  private var failure: TransportError { .cannotOpen(name: "127.0.0.1:\(port)", errno: errno) }

  static func set(_ number: Int32, _ level: Int32, _ option: Int32) {
    var on: Int32 = 1
    // SAFETY: the kernel reads one Int32.
    _ = unsafe setsockopt(number, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
  }
}
