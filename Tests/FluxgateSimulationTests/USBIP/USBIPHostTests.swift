import FluxgateSignal
import Foundation
import Testing

@testable import FluxgateSimulation
@testable import FluxgateTransport

/// The server's side of USB/IP without a kernel. With one: Tests/VM.
@Suite(.serialized) struct USBIPHostTests {
  private static let stalled: Int32 = -32
  private static let box = USBPersonality.vendorBulk(.test, output: 0x01, input: 0x82)
  private static let modem = USBPersonality.acm(.test)
  private static let bridge = USBPersonality.ftdi(.test)

  private static func ticking(_ outages: [(Int64, Int64)] = []) -> TickingDevice {
    TickingDevice(start: HostClock.now, outages: outages.map { (from: $0.0, to: $0.1) })
  }

  /// A device that only echoes.
  private static func quiet() -> TickingDevice {
    TickingDevice(start: HostClock.now.advanced(by: .seconds(3600)))
  }

  private static func isCounting(_ bytes: [UInt8]) -> Bool {
    zip(bytes, bytes.dropFirst()).allSatisfy { $0 &+ 1 == $1 }
  }

  @Test func `descriptors tell who the device is, cut to what was asked`() throws {
    let cable = try CablePeer(Self.quiet(), Self.box)
    let client = try cable.client()
    let device = try #require(client.control(0x80, 6, value: 0x0100, length: 64)).data
    #expect(device.count == 18)
    #expect(Array(device[8..<12]) == [0x09, 0x12, 0x01, 0x00])
    let head = try #require(client.control(0x80, 6, value: 0x0200, length: 9)).data
    let total = UInt16(head[2]) | UInt16(head[3]) << 8
    let whole = try #require(client.control(0x80, 6, value: 0x0200, length: total)).data
    #expect(whole.count == Int(total))
    #expect(Self.endpoints(whole) == [0x01, 0x82])
    let serial = try #require(client.control(0x80, 6, value: 0x0303, length: 255)).data
    #expect(serial == [10, 3, 0x53, 0, 0x49, 0, 0x4D, 0, 0x37, 0])
    cable.host.stop()
  }

  private static func endpoints(_ configuration: [UInt8]) -> [UInt8] {
    var found: [UInt8] = []
    var at = 0
    while at < configuration.count, configuration[at] > 0 {
      if configuration[at + 1] == 5 { found.append(configuration[at + 2]) }
      at += Int(configuration[at])
    }
    return found
  }

  @Test func `unknown requests and endpoints stall`() throws {
    let cable = try CablePeer(Self.quiet(), Self.box)
    let client = try cable.client()
    #expect(client.control(0x80, 6, value: 0x0600, length: 10)?.status == Self.stalled)
    #expect(client.control(0xC0, 0x77, length: 4)?.status == Self.stalled)
    client.submit(endpoint: 5, isInput: false, length: 2, data: [1, 2])
    #expect(client.reply()?.status == Self.stalled)
    cable.host.stop()
  }

  @Test func `bulk transfers come full, in their order, without a byte lost`() throws {
    let cable = try CablePeer(Self.ticking(), Self.box)
    let client = try cable.client()
    #expect(client.configure())
    var waiting = (0..<4).map { _ in client.submit(endpoint: 2, isInput: true, length: 64) }
    var bytes: [UInt8] = []
    for _ in 0..<12 {
      let reply = try #require(client.reply())
      #expect(reply.sequence == waiting.removeFirst())
      #expect(reply.count == 64)
      bytes += reply.data
      waiting.append(client.submit(endpoint: 2, isInput: true, length: 64))
    }
    #expect(Self.isCounting(bytes))
    cable.host.stop()
    #expect(cable.host.bytesLost == 0)
  }

  @Test func `what is written reaches the device and comes back`() throws {
    let cable = try CablePeer(Self.quiet(), Self.modem)
    let client = try cable.client()
    #expect(client.configure())
    let input = client.submit(endpoint: 3, isInput: true, length: 512)
    let output = client.submit(endpoint: 2, isInput: false, length: 5, data: [9, 8, 7, 6, 5])
    let first = try #require(client.reply())
    #expect(first.sequence == output && first.status == 0 && first.count == 5)
    let second = try #require(client.reply())
    #expect(second.sequence == input && second.data == [9, 8, 7, 6, 5])
    cable.host.stop()
  }

  @Test func `a pending transfer is taken back once`() throws {
    let cable = try CablePeer(Self.quiet(), Self.modem)
    let client = try cable.client()
    #expect(client.configure())
    let pending = client.submit(endpoint: 3, isInput: true, length: 512)
    for expected: Int32 in [-104, 0] {
      let unlink = client.unlink(pending)
      let reply = try #require(client.reply())
      #expect(reply.isUnlink && reply.sequence == unlink && reply.status == expected)
    }
    cable.host.stop()
  }

  @Test func `a halted endpoint stalls until it is cleared and loses nothing`() throws {
    let cable = try CablePeer(Self.ticking(), Self.box, halts: [.milliseconds(60)])
    let client = try cable.client()
    #expect(client.configure())
    client.submit(endpoint: 2, isInput: true, length: 16)
    client.submit(endpoint: 1, isInput: false, length: 0)
    client.submit(endpoint: 1, isInput: false, length: 1, data: [0])
    var bytes: [UInt8] = []
    var wasStalled = false
    for _ in 0..<400 where bytes.count < 200 {
      let reply = try #require(client.reply())
      if reply.status == Self.stalled {
        wasStalled = true
        #expect(client.control(0x82, 0, index: 0x82, length: 2)?.data == [1, 0])
        #expect(client.control(0x02, 1, index: 0x82)?.status == 0)
      }
      guard reply.count > 1 || reply.status != 0 else { continue }
      bytes += reply.data
      client.submit(endpoint: 2, isInput: true, length: 16)
    }
    #expect(wasStalled)
    // The byte written above is echoed somewhere among those that count.
    let echo = zip(bytes, bytes.dropFirst()).filter { $0 &+ 1 != $1 }.count
    #expect(echo <= 2)
    cable.host.stop()
  }

  @Test func `a pulled cable closes the socket, and it is plugged in anew`() throws {
    let cable = try CablePeer(
      Self.ticking([(.milliseconds(200), .milliseconds(400))]), Self.box)
    let client = try cable.client()
    #expect(client.configure())
    client.submit(endpoint: 2, isInput: true, length: 1 << 16)
    #expect(client.reply() == nil)
    let again = try cable.client()
    #expect(again.configure())
    again.submit(endpoint: 2, isInput: true, length: 32)
    #expect(Self.isCounting(try #require(again.reply()).data))
    cable.host.stop()
  }

  @Test(arguments: [UInt16(16), 1])
  func `an FTDI bridge keeps bytes back for its latency timer`(milliseconds: UInt16) throws {
    let cable = try CablePeer(Self.ticking(), Self.bridge)
    let client = try cable.client()
    #expect(client.configure())
    #expect(client.control(0xC0, 10, length: 1)?.data == [16])
    #expect(client.control(0x40, 9, value: milliseconds)?.status == 0)
    #expect(client.control(0xC0, 10, length: 1)?.data == [UInt8(milliseconds)])
    var bytes: [UInt8] = []
    var sizes: [Int] = []
    client.submit(endpoint: 1, isInput: true, length: 512)
    for _ in 0..<2000 where bytes.count < 160 {
      let reply = try #require(client.reply())
      #expect(reply.data.count >= 2 && reply.data[1] == 0x60)
      if reply.data.count > 2 { sizes.append(reply.data.count - 2) }
      bytes += reply.data.dropFirst(2)
      client.submit(endpoint: 1, isInput: true, length: 512)
    }
    #expect(Self.isCounting(bytes))
    // One byte a millisecond comes in: a lump holds what the timer let gather.
    let median = sizes.sorted()[sizes.count / 2]
    #expect(milliseconds == 16 ? median >= 12 : median < 12)
    cable.host.stop()
  }

  @Test func `modem lines are heard as they are wired`() throws {
    let cable = try CablePeer(Self.quiet(), Self.bridge)
    let client = try cable.client()
    #expect(client.control(0xC0, 5, length: 2)?.data == [0x01, 0x60])
    #expect(client.control(0x40, 1, value: 0x0303)?.status == 0)
    #expect(client.control(0xC0, 5, length: 2)?.data == [0xB1, 0x60])
    #expect(client.control(0x40, 1, value: 0x0200)?.status == 0)
    #expect(client.control(0xC0, 5, length: 2)?.data == [0xA1, 0x60])
    cable.host.stop()
  }

  @Test func `HID reports are whole, in both directions`() throws {
    let cable = try CablePeer(Self.quiet(), .hid(.test, reportBytes: 64))
    let client = try cable.client()
    #expect(client.configure())
    let described = try #require(client.control(0x81, 6, value: 0x2200, length: 255)).data
    #expect(described.first == 0x06 && described.last == 0xC0)
    let report = (0..<64).map { UInt8($0) }
    #expect(client.control(0x21, 9, value: 0x0200, data: report)?.status == 0)
    client.submit(endpoint: 1, isInput: true, length: 64)
    #expect(client.reply()?.data == report)
    cable.host.stop()
  }

  @Test func `over TCP it is listed, refused under another name, and imported`() throws {
    let host = USBIPHost(device: Self.quiet(), as: Self.modem, on: .tcp(port: 0))
    try host.start()
    let port = try #require(host.port)
    let list = try Self.connect(port)
    list.send([1, 0x11, 0x80, 0x05, 0, 0, 0, 0])
    let listed = try #require(list.receive(12 + 312 + 8))
    #expect(listed[0..<12].elementsEqual([1, 0x11, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1]))
    #expect(listed[12 + 300..<12 + 304].elementsEqual([0x12, 0x09, 0x00, 0x01]))
    #expect(list.receive(1) == nil)
    let stranger = try Self.connect(port)
    stranger.send([1, 0x11, 0x80, 0x03, 0, 0, 0, 0] + Self.name("2-1"))
    #expect(stranger.receive(8) == [1, 0x11, 0, 3, 0, 0, 0, 1])
    let client = try Self.connect(port)
    client.send([1, 0x11, 0x80, 0x03, 0, 0, 0, 0] + Self.name("1-1"))
    #expect(client.receive(8 + 312)?.prefix(8) == [1, 0x11, 0, 3, 0, 0, 0, 0])
    #expect(client.configure())
    host.stop()
  }

  @Test func `random bytes end the conversation and not the program`() throws {
    var random = SeededRandom(seed: 11)
    for _ in 0..<40 {
      let cable = try CablePeer(Self.quiet(), Self.modem)
      let client = try cable.client(patience: 1)
      let length = Int(random.next() % 400)
      // Half of them begin as a message does.
      let start: [UInt8] = random.next() % 2 == 0 ? [0, 0, 0, 1] : []
      client.send(start + (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) })
      cable.host.stop()
    }
  }

  private static func name(_ text: String) -> [UInt8] {
    Array((Array(text.utf8) + [UInt8](repeating: 0, count: 32)).prefix(32))
  }

  /// The host serves one client at a time: the next is let in when the last one was let go.
  private static func connect(_ port: UInt16) throws -> USBIPClient {
    let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(status == 0)
    return USBIPClient(socket: number)
  }
}
