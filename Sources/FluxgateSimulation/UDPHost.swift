internal import CLinux
internal import FluxgateSignal
public import FluxgateTransport
internal import Glibc
internal import Synchronization

/// A virtual device behind a UDP port of this machine (127.0.0.1), in real time, for one gateway at a
/// time: whoever sends first, until it says nothing for half a second. While the cable is out nobody
/// listens on the port.
public final class UDPHost: Sendable {
  private let host: LineHost
  private let line: UDPLine

  /// - Parameters:
  ///   - device: belongs to the host from here on.
  ///   - port: 0 for any free one.
  ///   - cut: how many bytes of the device's output, from a place on, make one datagram.
  public init(
    device: any VirtualDevice, port: UInt16 = 0, cut: @escaping @Sendable ([UInt8], Int) -> Int
  ) {
    line = UDPLine(port: port, cut: cut)
    host = LineHost(device: device, line: line)
  }

  deinit { host.stop() }

  public func start() throws(TransportError) { try host.start(name: "udp-host") }
  public func stop() { host.stop() }

  /// The port in use, once started; it stays the same over unplugs.
  public var port: UInt16 { line.port }
  /// What the device made; only once stopped.
  public var truth: [TruthStream] { host.truth }
  /// Output that no gateway took in time; zero in a sound run.
  public var bytesLost: Int { host.bytesLost }
}

@safe final class UDPLine: DeviceLine, Sendable {
  /// A gateway that says nothing for so long is forgotten.
  private static let patience = Int64.milliseconds(500)

  // SAFETY: belongs to the host's thread, which starts after the first `plugIn` and is joined.
  private nonisolated(unsafe) var socket: LineDescriptor?
  private nonisolated(unsafe) var lastHeard: HostTime?
  private let portNumber: Atomic<UInt16>
  private let cut: @Sendable ([UInt8], Int) -> Int

  init(port: UInt16, cut: @escaping @Sendable ([UInt8], Int) -> Int) {
    portNumber = Atomic(port)
    self.cut = cut
  }

  var port: UInt16 { portNumber.load(ordering: .acquiring) }

  func plugIn() throws(TransportError) {
    let kind = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let number = Glibc.socket(AF_INET, kind, 0)
    guard number >= 0 else { throw .cannotOpen(name: "127.0.0.1:\(port)", errno: errno) }
    let fresh = LineDescriptor(owning: number, isSocket: true, isDatagram: true)
    guard Loopback.bind(number, port) else {
      throw .cannotOpen(name: "127.0.0.1:\(port)", errno: errno)
    }
    portNumber.store(Loopback.boundPort(of: number), ordering: .releasing)
    unsafe socket = .some(fresh)
  }

  func pullOut() {
    unsafe socket = nil
    unsafe lastHeard = nil
  }

  func hasGateway() -> Bool {
    guard let number = unsafe socket?.number else { return false }
    if let heard = unsafe lastHeard { return HostClock.now.since(heard) < Self.patience }
    guard Loopback.connectToSender(number) else { return false }
    unsafe lastHeard = HostClock.now
    return true
  }

  func read(into buffer: inout [UInt8], until deadline: HostTime) throws(TransportError) -> Int {
    guard let count = try unsafe socket?.read(into: &buffer, until: deadline).byteCount else {
      throw .disconnected(errno: 0)
    }
    if count > 0 { unsafe lastHeard = HostClock.now }
    return count
  }

  func write(_ bytes: [UInt8], from start: Int) throws(TransportError) -> Int {
    var sent = 0
    while start + sent < bytes.count {
      let count = max(1, min(cut(bytes, start + sent), bytes.count - start - sent))
      let datagram = Array(bytes[start + sent..<start + sent + count])
      guard let taken = try unsafe socket?.writeSome(datagram, from: 0) else {
        throw .disconnected(errno: 0)
      }
      guard taken > 0 else { break }
      sent += count
    }
    return sent
  }

  func hangUp() {
    if let number = unsafe socket?.number { Loopback.disconnect(number) }
    unsafe lastHeard = nil
  }
}
