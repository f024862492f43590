import FluxgateSignal
import Testing

@testable import FluxgateTransport

/// Datagrams that another program captured: nothing marks an opening or an end.
struct UDPCaptureTests {
  private static let device = UDPDatagram.End(address: 0xC000_0202, port: 7855)

  private static func gateway(_ port: UInt16) -> UDPDatagram.End {
    .init(address: 0xC000_0201, port: port)
  }

  private static func packet(
    _ source: UDPDatagram.End, _ destination: UDPDatagram.End, _ bytes: [UInt8]
  ) -> [UInt8] {
    UDPDatagram(source: source, destination: destination, payload: bytes).encoded()
  }

  @Test func `whoever speaks first is the gateway; a new port is a new opening`() throws {
    let first = Self.gateway(50_000)
    let second = Self.gateway(50_001)
    let stranger = UDPDatagram.End(address: 0x0A00_0001, port: 53)
    var observer = UDPObserver()
    var seen: [CaptureEvent] = []
    for (source, destination, bytes) in [
      (first, Self.device, [1]), (Self.device, first, [2]), (stranger, first, [9]),
      (second, Self.device, [3]), (Self.device, first, [8]), (Self.device, second, [4]),
    ] as [(UDPDatagram.End, UDPDatagram.End, [UInt8])] {
      seen += try observer.events(of: Self.packet(source, destination, bytes))
    }
    #expect(
      seen == [
        .opened, .sent([1]), .received([2]), .lost, .opened, .sent([3]), .received([4]),
      ])
  }

  @Test func `packets that are cut short are refused, others passed over`() throws {
    let whole = Self.packet(Self.gateway(50_000), Self.device, [1, 2, 3])
    for count in 0..<whole.count {
      var observer = UDPObserver()
      #expect(throws: CaptureFault.badPacket) { try observer.events(of: Array(whole[..<count])) }
    }
    var tcp = whole
    tcp[9] = 6
    var observer = UDPObserver()
    #expect(try observer.events(of: tcp).isEmpty)
    var random: UInt64 = 7
    for _ in 0..<2000 {
      var damaged = whole
      for _ in 0..<3 {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        damaged[Int(random >> 33) % damaged.count] = UInt8(truncatingIfNeeded: random >> 20)
      }
      _ = try? observer.events(of: damaged)
    }
  }
}
