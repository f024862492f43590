import FluxgateSignal
import FluxgateTransport
import Glibc
import Testing

struct TCPTransportTests {
  /// A port of this machine that takes connections in and never reads from them.
  private final class DeafPort {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    private(set) var port: UInt16 = 0

    init() {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutablePointer(to: &address) { place in
        place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = bind(number, $0, size)
          _ = listen(number, 4)
          _ = getsockname(number, $0, &size)
        }
      }
      port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(number) }
  }

  @Test func `an unknown name cannot be opened`() {
    #expect(throws: TransportError.cannotOpen(name: "no.such.host.invalid:9", errno: EHOSTUNREACH))
    {
      _ = try TCPTransport(host: "no.such.host.invalid", port: 9)
    }
  }

  @Test func `a peer that takes nothing for a second is given up`() throws {
    let deaf = DeafPort()
    let link = try TCPTransport(host: "127.0.0.1", port: deaf.port)
    let start = HostClock.now
    #expect(throws: TransportError.writeTimedOut) {
      try link.write([UInt8](repeating: 0, count: 64 << 20))
    }
    #expect(HostClock.now.since(start) >= .seconds(1))
    #expect(HostClock.now.since(start) < .seconds(10))
  }

  @Test func `a silent peer costs a read its deadline and no more`() throws {
    let deaf = DeafPort()
    let link = try TCPTransport(host: "127.0.0.1", port: deaf.port)
    var buffer = [UInt8](repeating: 0, count: 8)
    let deadline = HostClock.now.advanced(by: .milliseconds(30))
    let arrival = try link.read(into: &buffer, until: deadline)
    #expect(arrival.byteCount == 0)
    #expect(arrival.time >= deadline)
    #expect(arrival.time.since(deadline) < .seconds(1))
  }
}
