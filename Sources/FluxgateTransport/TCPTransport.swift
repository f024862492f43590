public import FluxgateSignal
internal import Glibc

/// A connection to a device or its acquisition program on the lab's network.
public final class TCPTransport: Transport {
  public let name: String
  private var line: LineDescriptor?

  /// Connects to the first of the host's addresses that answers.
  ///
  /// - Parameter timeout: nanoseconds for all addresses together; looking up a name is not counted.
  public init(
    host: String, port: UInt16, timeout: Int64 = .seconds(3)
  ) throws(TransportError) {
    let name = "\(host):\(port)"
    let deadline = HostClock.now.advanced(by: timeout)
    var last = EHOSTUNREACH
    for address in SocketAddress.find(host: host, port: port) {
      switch address.connected(until: deadline) {
      case .success(let number):
        self.name = name
        line = LineDescriptor(owning: number, isSocket: true)
        return
      case .failure(let failure): last = failure.code
      }
    }
    throw .cannotOpen(name: name, errno: last)
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
      // Closed at once, so that it does not hold itself back from being opened anew.
      line = nil
      throw error
    }
  }

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
