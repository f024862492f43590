import Fluxgate
import FluxgateLedger
import Foundation
import Testing

@testable import FluxgateWeb

/// The limits of the server frame, each against a client that goes past it.
@Suite struct WebServerTests {
  static let large = 64 << 20

  private func server(_ change: (inout ServerLimits) -> Void = { _ in }) throws -> WebServer {
    var limits = ServerLimits(bodyByteCount: 1000)
    change(&limits)
    return try WebServer(
      try ListenAddress("127.0.0.1:0"), certificate: nil, limits: limits, label: "test"
    ) { request in
      request.path == "/large"
        ? WebAnswer(200, .bytes([UInt8](repeating: 65, count: Self.large)))
        : .text(200, "\(request.method) \(request.path) \(request.body.count)")
    }
  }

  private func ask(_ port: Int, _ text: String) async throws -> String? {
    let client = try RawClient(port: port)
    client.send(text)
    return await client.readToEnd()
  }

  @Test func `answers whole requests`() async throws {
    try await serving(try server().run) { port in
      let exchange = HTTPExchange(timeout: patience)
      let url = "http://127.0.0.1:\(port)/a/b?c"
      let answer = try await exchange.send("PUT", url, body: [1, 2, 3], limit: 100)
      #expect(answer.status == 200)
      #expect(String(decoding: answer.body, as: UTF8.self) == "PUT /a/b 3\n")
    }
  }

  @Test func `a body past the limit is refused before it is read`() async throws {
    try await serving(try server().run) { port in
      let head = "POST / HTTP/1.1\r\nHost: x\r\n"
      let announced = try await ask(port, head + "Content-Length: 1001\r\n\r\n")
      #expect(announced?.hasPrefix("HTTP/1.1 413") == true)
      let body = String(repeating: "a", count: 1001)
      let chunked = try await ask(
        port, head + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n\(body)\r\n0\r\n\r\n")
      #expect(chunked?.hasPrefix("HTTP/1.1 413") == true)
      let fits = try await ask(
        port, head + "Connection: close\r\nContent-Length: 1000\r\n\r\n\(body.dropLast())")
      #expect(fits?.hasPrefix("HTTP/1.1 200") == true)
    }
  }

  @Test func `header fields past the limit end the connection`() async throws {
    try await serving(try server { $0.headerByteCount = 2000 }.run) { port in
      let long = String(repeating: "b", count: 2001)
      let answer = try await ask(port, "GET / HTTP/1.1\r\nHost: x\r\nLong: \(long)\r\n\r\n")
      #expect(answer?.hasPrefix("HTTP/1.1 400") == true)
    }
  }

  @Test func `a client that says nothing, or half a head, is let go`() async throws {
    try await serving(try server { $0.idleSeconds = 1 }.run) { port in
      let silent = try await RawClient(port: port).readToEnd()
      #expect(silent == "")
      let half = try await ask(port, "GET / HTTP/1.1\r\nHos")
      #expect(half == "")
    }
  }

  @Test func `a body that trickles is cut off`() async throws {
    let strict = try server {
      $0.requestSeconds = 1
      $0.idleSeconds = patience
    }
    try await serving(strict.run) { port in
      let client = try RawClient(port: port)
      client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
      let start = ContinuousClock.now
      // Each byte comes well within the idle time.
      while client.send("a"), ContinuousClock.now - start < .seconds(patience) {
        try await Task.sleep(for: .milliseconds(200))
      }
      let answer = await client.readToEnd()
      #expect(answer?.hasPrefix("HTTP/1.1 408") == true)
    }
  }

  @Test func `an answer that nobody takes is given up`() async throws {
    try await serving(try server { $0.stallSeconds = 1 }.run) { port in
      let client = try RawClient(port: port)
      client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
      let begun = await client.read()
      #expect(begun.hasPrefix("HTTP/1.1 200"))
      // Takes nothing more: the system's buffers are full long before the answer's end.
      let start = ContinuousClock.now
      while client.send("x"), ContinuousClock.now - start < .seconds(patience) {
        try await Task.sleep(for: .milliseconds(100))
      }
      #expect(!client.send("x"))
    }
  }

  @Test func `a slow client that goes on taking is served to the end`() async throws {
    try await serving(try server { $0.stallSeconds = patience }.run) { port in
      let client = try RawClient(port: port)
      client.send("GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      var count = await client.read().utf8.count
      try await Task.sleep(for: .milliseconds(700))
      count += await client.readToEnd()?.utf8.count ?? 0
      #expect(count > Self.large)
    }
  }

  @Test func `requests past the rate are told when to come back`() async throws {
    let limited = try server {
      $0.addressBurst = 3
      // One comes back in a day: however slow this is, it is not waited for.
      $0.addressRate = 1.0 / 86_400
    }
    try await serving(limited.run) { port in
      let exchange = HTTPExchange(timeout: patience)
      var statuses: [Int] = []
      for _ in 0..<5 {
        let answer = try await exchange.send("GET", "http://127.0.0.1:\(port)/", limit: 100)
        statuses.append(answer.status)
        guard answer.status == 429 else { continue }
        let seconds = try #require(answer.header("retry-after").flatMap { Int($0) })
        #expect(1...86_400 ~= seconds)
      }
      #expect(statuses == [200, 200, 200, 429, 429])
    }
  }

  @Test func `one address holds so many connections and no more`() async throws {
    let limited = try server {
      $0.connectionsPerAddress = 2
      $0.idleSeconds = patience
    }
    try await serving(limited.run) { port in
      let get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
      let held = [try RawClient(port: port), try RawClient(port: port)]
      for client in held {
        client.send(get)
        let answer = await client.read()
        #expect(answer.hasPrefix("HTTP/1.1 200"))
      }
      let third = try await ask(port, get)
      #expect(third == "")
      for client in held {
        client.send(get)
        let answer = await client.read()
        #expect(answer.hasPrefix("HTTP/1.1 200"))
      }
    }
  }

  /// A server whose answer waits, asked once, and told to stop meanwhile.
  private func stopping(
    _ seconds: Int, _ body: (RawClient, _ port: Int, _ end: () -> Void) async throws -> Void
  ) async throws {
    let (begun, begin) = AsyncStream.makeStream(of: Void.self)
    let (ended, end) = AsyncStream.makeStream(of: Void.self)
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    var limits = ServerLimits(bodyByteCount: 1000)
    limits.stopSeconds = seconds
    let server = try WebServer(
      try ListenAddress("127.0.0.1:0"), certificate: nil, limits: limits, label: "test"
    ) { _ in
      begin.yield()
      for await _ in ended { break }
      return .text(200, "done")
    }
    let running = Task { try await server.run { port.yield($0) } }
    let chosen = try #require(await ports.first { _ in true })
    let client = try RawClient(port: chosen)
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    for await _ in begun { break }
    running.cancel()
    try await body(client, chosen) { end.yield() }
    try await running.value
  }

  @Test func `a stop lets a request in progress end, and takes no further one`() async throws {
    try await stopping(patience) { client, port, end in
      while (try? RawClient(port: port)) != nil { try await Task.sleep(for: .milliseconds(10)) }
      end()
      let answer = await client.readToEnd()
      #expect(answer?.hasPrefix("HTTP/1.1 200") == true)
      #expect(answer?.hasSuffix("done\n") == true)
    }
  }

  @Test func `a request that does not end holds no stop up`() async throws {
    try await stopping(1) { client, _, _ in
      #expect(await client.readToEnd() == "")
    }
  }

  @Test(arguments: ["0.0.0.0:0", "[::]:0", "192.0.2.1:80", "example.org:80", "127.evil.example:80"])
  func `without TLS it listens to this machine only`(address: String) throws {
    let address = try ListenAddress(address)
    #expect(!address.isLoopback)
    #expect(throws: Fault.self) {
      try WebServer(
        address, certificate: nil, limits: ServerLimits(bodyByteCount: 1), label: "test"
      ) { _ in .text(200, "") }
    }
  }

  @Test(arguments: ["", ":", "80", "host", "host:", "host:x", "host:70000", "::1:80", "[]:80"])
  func `what is no address is refused`(text: String) {
    #expect(throws: Fault.self) { try ListenAddress(text) }
  }

  @Test func `a taken port is said`() async throws {
    try await serving(try server().run) { port in
      let second = try WebServer(
        try ListenAddress("127.0.0.1:\(port)"), certificate: nil,
        limits: ServerLimits(bodyByteCount: 1), label: "test"
      ) { _ in .text(200, "") }
      let fault = await #expect(throws: Fault.self) { try await second.run { _ in } }
      #expect(fault?.code == "N04")
    }
  }
}

@Suite struct RateGateTests {
  @Test func `tokens come back with time`() {
    let gate = RateGate(burst: 2, rate: 0.5)
    let start = ContinuousClock.now
    #expect(gate.wait("a", at: start) == nil)
    #expect(gate.wait("a", at: start) == nil)
    #expect(gate.wait("a", at: start) == 2)
    #expect(gate.wait("b", at: start) == nil)
    #expect(gate.wait("a", at: start + .seconds(1)) == 1)
    #expect(gate.wait("a", at: start + .seconds(3)) == nil)
    #expect(gate.wait("a", at: start + .seconds(3)) != nil)
  }

  @Test func `a flood of names does not let a name start anew at once`() {
    let gate = RateGate(burst: 1, rate: 0.001)
    let start = ContinuousClock.now
    for number in 0..<5_000 {
      _ = gate.wait("name \(number)", at: start + .milliseconds(number))
    }
    #expect(gate.wait("name 4999", at: start + .seconds(6)) != nil)
  }
}
