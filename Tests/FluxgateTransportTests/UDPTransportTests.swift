import FluxgateSignal
import FluxgateTransport
import Glibc
import Testing

struct UDPTransportTests {
  /// A port of this machine that answers each datagram with what `answer` makes of it.
  private final class Port {
    let number = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    private(set) var port: UInt16 = 0

    init() {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      withUnsafeMutablePointer(to: &address) { place in
        place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          _ = bind(number, $0, size)
          _ = getsockname(number, $0, &size)
        }
      }
      port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(number) }

    /// Takes one datagram and sends these to its sender.
    func exchange(_ answers: [[UInt8]]) -> [UInt8] {
      var sender = sockaddr_in()
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      var bytes = [UInt8](repeating: 0, count: 2048)
      return withUnsafeMutablePointer(to: &sender) { place in
        place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          let count = recvfrom(number, &bytes, bytes.count, 0, $0, &size)
          for answer in answers { _ = sendto(number, answer, answer.count, 0, $0, size) }
          return Array(bytes.prefix(max(0, count)))
        }
      }
    }
  }

  private static func read(_ link: UDPTransport) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let end = link.now.advanced(by: .seconds(3))
    return Array(buffer[0..<(try link.read(into: &buffer, until: end).byteCount)])
  }

  @Test func `each read gives one datagram, empty ones are no end`() throws {
    let port = Port()
    let link = try UDPTransport(host: "127.0.0.1", port: port.port)
    try link.write([1, 2, 3])
    #expect(port.exchange([[4], [], [5, 6], [UInt8](repeating: 7, count: 1400)]) == [1, 2, 3])
    #expect(try Self.read(link) == [4])
    #expect(try Self.read(link) == [5, 6])
    #expect(try Self.read(link).count == 1400)
  }

  @Test func `a port where nobody listens is a lost link`() throws {
    let closed: UInt16
    do { closed = Port().port }
    let link = try UDPTransport(host: "127.0.0.1", port: closed)
    try link.write([1])
    #expect(throws: TransportError.disconnected(errno: ECONNREFUSED)) { try Self.read(link) }
    #expect(throws: TransportError.disconnected(errno: 0)) { try link.write([1]) }
  }

  @Test func `a silent peer costs a read its deadline and no more`() throws {
    let port = Port()
    let link = try UDPTransport(host: "127.0.0.1", port: port.port)
    var buffer = [UInt8](repeating: 0, count: 8)
    let deadline = link.now.advanced(by: .milliseconds(30))
    #expect(try link.read(into: &buffer, until: deadline).byteCount == 0)
    #expect(link.now >= deadline)
  }
}
