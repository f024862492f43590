import FluxgateLedger
import Foundation
import Testing

@testable import FluxgateWeb

/// Requests end in time, whatever the server does.
struct HTTPExchangeTests {
  @Test func `bodies have a limit, and redirects are not followed`() async throws {
    let server = try await RunningWitness { request in
      request.path == "/long"
        ? WebAnswer(200, .bytes([UInt8](repeating: 1, count: 1000)))
        : .text(301, "there", headers: [("location", "/long")])
    }
    let exchange = HTTPExchange(timeout: patience)
    await #expect(throws: ExchangeError.tooLarge(limit: 999)) {
      try await exchange.send("GET", server.url + "/long", limit: 999)
    }
    #expect(try await exchange.send("GET", server.url + "/long", limit: 1000).body.count == 1000)
    let answer = try await exchange.send("GET", server.url + "/", limit: 100)
    #expect(answer.status == 301)
    #expect(answer.header("location") == "/long")
  }

  @Test func `addresses that are none, and servers that are not there`() async throws {
    let exchange = HTTPExchange(timeout: patience)
    for url in ["", "127.0.0.1", "file:///etc/passwd", "http://", "unix:///tmp/x"] {
      await #expect(throws: ExchangeError.self, "\(url)") {
        try await exchange.send("GET", url, limit: 10)
      }
    }
    let server = try await RunningWitness { _ in .text(200, "") }
    await server.stop()
    do {
      _ = try await exchange.send("GET", server.url, limit: 10)
      Issue.record("nobody can have answered")
    } catch {
      guard case .unreachable = error else { throw error }
    }
  }

  @Test func `a server that sends a byte now and then does not hold the caller`() async throws {
    let server = try DrippingServer(
      head: "HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", every: 100_000)
    // Nothing below names it again, and its port would go to another test's server.
    defer { withExtendedLifetime(server) {} }
    await #expect(throws: ExchangeError.timedOut(seconds: 1)) {
      try await HTTPExchange(timeout: 1).send(
        "GET", "http://127.0.0.1:\(server.port)", limit: 200_000)
    }
  }

  @Test func `a download goes on where it was cut`() async throws {
    let bench = try WitnessBench()
    let (whole, path) = (bench.path + "/whole", bench.path + "/part")
    let bytes = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    try Data(bytes).write(to: URL(fileURLWithPath: whole))
    let server = try await RunningWitness { request in
      request.path == "/gone"
        ? .text(404, "gone")
        : WebAnswer(
          200, .file(path: whole, byteCount: UInt64(bytes.count), isTemporary: false))
    }
    let exchange = HTTPExchange(timeout: patience)
    func download(_ place: String, limit: Int = 200_000) async throws -> Int {
      try await exchange.download(server.url + place, to: path, limit: limit).status
    }
    func held() throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }
    #expect(try await download("/") == 200)
    #expect(try held() == bytes)
    for kept in [1, 70_000, 199_999] {
      try Data(bytes.prefix(kept)).write(to: URL(fileURLWithPath: path))
      #expect(try await download("/") == 206)
      #expect(try held() == bytes)
    }
    try Data(bytes.prefix(7)).write(to: URL(fileURLWithPath: path))
    #expect(try await download("/gone") == 404)
    #expect(try held() == Array(bytes.prefix(7)))
    await #expect(throws: ExchangeError.tooLarge(limit: 150_000)) {
      try await download("/", limit: 150_000)
    }
  }
}

/// Sends a head, then a byte every so many microseconds, to the first that connects.
final class DrippingServer: Sendable {
  let port: Int
  private let listener: Int32

  init(head: String, every pause: UInt32) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 1) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRINUSE) }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread {
      let peer = accept(listener, nil, nil)
      guard peer >= 0 else { return }
      var sent = write(peer, head, head.utf8.count)
      while sent > 0 {
        usleep(pause)
        sent = send(peer, "x", 1, Int32(MSG_NOSIGNAL))
      }
      close(peer)
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }
}
