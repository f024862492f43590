import FluxgateSignal
import FluxgateTransport
import Glibc
import Testing

struct TCPTransportTests {
  @Test func `an unknown name cannot be opened`() {
    #expect(throws: TransportError.cannotOpen(name: "no.such.host.invalid:9", errno: EHOSTUNREACH))
    {
      _ = try TCPTransport(host: "no.such.host.invalid", port: 9)
    }
  }
}
