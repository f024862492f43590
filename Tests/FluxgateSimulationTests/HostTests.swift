import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Foundation
import Testing

/// Real lines of this machine's kernel, in real time.
@Suite(.serialized) struct HostTests {
  private static let hour = Int64.seconds(3600)

  private static func fileCount() -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? -1
  }

  private static func place() -> String {
    FileManager.default.temporaryDirectory.path + "/fluxgate-pty-\(UUID().uuidString)"
  }

  /// Reads until `count` bytes are there, at most three seconds.
  private static func gather(_ count: Int, from link: any Transport) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var seen: [UInt8] = []
    let end = link.now.advanced(by: .seconds(3))
    while seen.count < count, link.now < end {
      let arrival = try link.read(into: &buffer, until: link.now.advanced(by: .milliseconds(50)))
      seen += buffer[0..<arrival.byteCount]
    }
    return seen
  }

  private static func openAgain(_ open: () throws -> any Transport) throws -> any Transport {
    for _ in 0..<150 {
      if let link = try? open() { return link }
      WorkerThread.sleep(.milliseconds(20))
    }
    return try open()
  }

  private static func isCounting(_ bytes: [UInt8]) -> Bool {
    zip(bytes, bytes.dropFirst()).allSatisfy { $0 &+ 1 == $1 }
  }

  @Test func `a serial line on a pseudo-terminal gives every byte, whatever its value`() throws {
    let path = Self.place()
    let host = PtyHost(device: TickingDevice(start: HostClock.now), path: path)
    try host.start()
    // A pseudo-terminal has no modem lines: wishing for them does no harm.
    let link = try SerialTransport(
      path: path, baud: 460_800,
      lines: ModemLines(dataTerminalReady: true, requestToSend: false))
    #expect(link.rate == 460_800)
    #expect(!link.isLowLatency)
    let bytes = try Self.gather(300, from: link)
    #expect(bytes.count >= 300)
    #expect(Self.isCounting(bytes))
    host.stop()
    #expect(host.truth[0].rowCount >= bytes.count)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func `what is written comes back`() throws {
    let path = Self.place()
    let quiet = TickingDevice(start: HostClock.now.advanced(by: Self.hour))
    let host = PtyHost(device: quiet, path: path)
    try host.start()
    let link = try SerialTransport(path: path, baud: 115_200)
    let all = (0..<256).map { UInt8($0) }
    try link.write(all)
    #expect(try Self.gather(256, from: link) == all)
    host.stop()
  }

  @Test func `a serial line belongs to one program`() throws {
    let path = Self.place()
    let host = PtyHost(device: TickingDevice(start: HostClock.now), path: path)
    try host.start()
    let link = try SerialTransport(path: path, baud: 115_200)
    #expect(throws: TransportError.cannotOpen(name: path, errno: EBUSY)) {
      _ = try SerialTransport(path: path, baud: 115_200)
    }
    _ = link.now
    host.stop()
  }

  @Test func `an unplugged serial line is lost and comes back under its name`() throws {
    let path = Self.place()
    let device = TickingDevice(
      start: HostClock.now, outages: [(.milliseconds(150), .milliseconds(400))])
    let host = PtyHost(device: device, path: path)
    try host.start()
    let link = try SerialTransport(path: path, baud: 115_200)
    #expect(throws: TransportError.self) { _ = try Self.gather(2000, from: link) }
    #expect(throws: TransportError.disconnected(errno: 0)) { try link.write([1]) }
    let again = try Self.openAgain { try SerialTransport(path: path, baud: 115_200) }
    #expect(Self.isCounting(try Self.gather(50, from: again)))
    host.stop()
    #expect(device.calls == ["connected", "disconnected", "connected", "disconnected"])
  }

  @Test func `a socket gives every byte, is lost on unplug, and comes back on its port`() throws {
    let device = TickingDevice(
      start: HostClock.now, outages: [(.milliseconds(250), .milliseconds(400))])
    let host = TCPHost(device: device)
    try host.start()
    let open = { try TCPTransport(host: "127.0.0.1", port: host.port) as any Transport }
    let link = try open()
    #expect(Self.isCounting(try Self.gather(100, from: link)))
    #expect(throws: TransportError.self) { _ = try Self.gather(2000, from: link) }
    let again = try Self.openAgain(open)
    #expect(Self.isCounting(try Self.gather(50, from: again)))
    host.stop()
    #expect(host.bytesLost == 0)
  }

  @Test func `nobody listens: the connection is refused at once`() throws {
    let host = TCPHost(device: TickingDevice(start: HostClock.now))
    try host.start()
    let port = host.port
    host.stop()
    #expect(throws: TransportError.cannotOpen(name: "127.0.0.1:\(port)", errno: ECONNREFUSED)) {
      _ = try TCPTransport(host: "127.0.0.1", port: port)
    }
  }

  @Test func `hosts leave no descriptor behind`() throws {
    _ = HostClock.now
    let before = Self.fileCount()
    for _ in 0..<5 {
      let path = Self.place()
      let pty = PtyHost(device: TickingDevice(start: HostClock.now), path: path)
      let tcp = TCPHost(device: TickingDevice(start: HostClock.now))
      try pty.start()
      try tcp.start()
      _ = try Self.gather(3, from: try SerialTransport(path: path, baud: 115_200))
      _ = try Self.gather(3, from: try TCPTransport(host: "localhost", port: tcp.port))
      pty.stop()
      tcp.stop()
    }
    // Other suites run beside this one; a leak would be ten or more.
    #expect(Self.fileCount() < before + 10)
  }
}
