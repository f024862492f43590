public import FluxgateSignal
internal import Glibc

/// Datagrams to and from one device or proxy on the lab's network; each read gives one datagram.
///
/// There is no connection: an unknown peer is noticed only where its host answers that nobody
/// listens. What is lost, doubled or out of order is for the decoder to see.
public final class UDPTransport: Transport {
  public let name: String
  private var line: LineDescriptor?

  /// Takes the first of the host's addresses.
  public init(host: String, port: UInt16) throws(TransportError) {
    name = "\(host):\(port)"
    guard let address = SocketAddress.find(host: host, port: port, .datagram).first else {
      throw .cannotOpen(name: name, errno: EHOSTUNREACH)
    }
    switch address.connected(until: HostClock.now) {
    case .success(let number):
      line = LineDescriptor(owning: number, isSocket: true, isDatagram: true)
    case .failure(let failure): throw .cannotOpen(name: name, errno: failure.code)
    }
  }

  public var now: HostTime { HostClock.now }

  public func read(
    into buffer: inout [UInt8], until deadline: HostTime
  ) throws(TransportError) -> Arrival {
    guard line != nil else { throw .disconnected(errno: 0) }
    do throws(TransportError) {
      if let arrival = try line?.read(into: &buffer, until: deadline) { return arrival }
      throw .disconnected(errno: 0)
    } catch {
      line = nil
      throw error
    }
  }

  /// Sends `bytes` as one datagram.
  public func write(_ bytes: [UInt8]) throws(TransportError) {
    guard line != nil else { throw .disconnected(errno: 0) }
    do throws(TransportError) {
      try line?.write(bytes)
    } catch {
      line = nil
      throw error
    }
  }
}
