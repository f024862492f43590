import FluxgateSignal
import Foundation
import Testing

@testable import FluxgateTransport

/// Captures as usbmon makes them: many devices on one bus, and no word of when a program opens one.
struct USBObserverTests {
  private static let bulk = USBCaptureChoice(
    settings: CaptureWriterTests.bulk, numbers: [USBNumbers(vendor: 0x0547, product: 0x1005)])
  private static let report = USBCaptureChoice(settings: CaptureWriterTests.report)

  private func packet(
    _ step: USBPacket.Step, _ kind: USBPacket.Kind, _ endpoint: UInt8, device: UInt8 = 5,
    id: UInt64 = 1, setup: [UInt8]? = nil, status: Int32 = 0, length: Int? = nil,
    _ data: [UInt8] = []
  ) -> USBPacket {
    USBPacket(
      id: id, step: step, kind: kind, endpoint: endpoint,
      device: .init(bus: 3, address: device), setup: setup, status: status,
      length: length ?? data.count, data: data)
  }

  private func descriptor(of device: UInt8, _ vendor: UInt16, _ product: UInt16) -> [USBPacket] {
    var body = [UInt8](repeating: 0, count: 18)
    for (place, byte) in [vendor, vendor >> 8, product, product >> 8].enumerated() {
      body[8 + place] = UInt8(truncatingIfNeeded: byte)
    }
    let id = 1000 + UInt64(device)
    return [
      packet(
        .submitted, .control, 0x80, device: device, id: id,
        setup: [0x80, 6, 0, 1, 0, 0, 18, 0], status: -115, length: 18),
      packet(.completed, .control, 0x80, device: device, id: id, body),
    ]
  }

  private func read(
    _ packets: [USBPacket], linkType: UInt16 = 220, choice: USBCaptureChoice?
  ) throws -> [CaptureEvent] {
    let file = ScratchFile()
    var bytes = PcapngBlock.section(application: "test")
    bytes += PcapngBlock.interface(CaptureInterface(name: "usbmon3", linkType: linkType))
    for (place, packet) in packets.enumerated() {
      var wire = packet.encoded(microseconds: Int64(place))
      if linkType == 189 { wire.removeSubrange(48..<64) }
      bytes += PcapngBlock.packet(wire, at: HostTime(nanoseconds: Int64(place)), interface: 0)
    }
    try Data(bytes).write(to: URL(fileURLWithPath: file.path))
    let records = try CaptureRecords(path: file.path, interface: nil, usb: choice)
    var found: [CaptureEvent] = []
    while let record = try records.next() { found.append(record.event) }
    return found
  }

  @Test(arguments: [UInt16(220), 189])
  func `one device of many, before and after it was replugged`(linkType: UInt16) throws {
    let stream =
      descriptor(of: 4, 0x1234, 1) + descriptor(of: 5, 0x0547, 0x1005) + [
        // Another device that is read on the same endpoint.
        packet(.completed, .bulk, 0x82, device: 4, [9, 9]),
        packet(.submitted, .bulk, 0x82, status: -115, length: 512),
        packet(.submitted, .bulk, 0x01, status: -115, [0xFF, 0]),
        packet(.completed, .bulk, 0x01, length: 2),
        packet(.completed, .interrupt, 0x81, device: 9, [1, 2, 3, 4]),
        packet(.completed, .isochronous, 0x82, [7, 7]),
        packet(.completed, .bulk, 0x82, [1, 2, 3]),
        packet(.completed, .bulk, 0x82, status: -2),
        packet(.submitted, .bulk, 0x82, status: -115, length: 512),
        packet(.completed, .bulk, 0x82, status: -71),
        packet(.completed, .bulk, 0x82, status: -108),
        packet(.completed, .bulk, 0x82, status: -108),
      ] + descriptor(of: 6, 0x0547, 0x1005) + [
        packet(.completed, .bulk, 0x82, device: 6, [4]),
        packet(.completed, .bulk, 0x82, device: 6, status: -2),
        packet(.completed, .bulk, 0x82, device: 6, status: -2),
      ]
    let found = try read(stream, linkType: linkType, choice: Self.bulk)
    #expect(
      found == [
        .opened, .sent([0xFF, 0]), .received([1, 2, 3]), .lost, .opened, .received([4]), .closed,
      ])
  }

  @Test func `a mouse on the same endpoint is not the reader`() throws {
    let stream = [
      packet(.completed, .interrupt, 0x81, device: 2, [0, 1, 0, 0]),
      packet(
        .submitted, .control, 0, device: 7, setup: [0x21, 9, 0, 2, 0, 0, 3, 0], status: -115,
        [4, 5, 6]),
      packet(.completed, .interrupt, 0x81, device: 2, [0, 2, 0, 0]),
      packet(.completed, .interrupt, 0x81, device: 7, [0x71, 1, 1]),
    ]
    #expect(
      try read(stream, choice: Self.report) == [
        .opened, .sent([4, 5, 6]), .received([0x71, 1, 1]),
      ])
  }

  @Test func `without a profile the first device with data is taken`() throws {
    let stream = [
      packet(.completed, .bulk, 0x83, device: 8, [1]),
      packet(.submitted, .bulk, 0x02, device: 8, status: -115, [2]),
      packet(.completed, .bulk, 0x83, device: 9, [3]),
    ]
    #expect(try read(stream, choice: nil) == [.opened, .received([1]), .sent([2])])
  }

  @Test func `a packet that was kept in part is named, but only the device's`() throws {
    var other = packet(.completed, .bulk, 0x82, device: 4, [1, 2])
    other.length = 512
    var ours = packet(.completed, .bulk, 0x82, [1, 2])
    ours.length = 512
    let start = packet(.submitted, .bulk, 0x01, status: -115, [1])
    #expect(try read([start, other], choice: Self.bulk) == [.opened, .sent([1])])
    do {
      _ = try read([start, ours], choice: Self.bulk)
      Issue.record("a cut packet passed")
    } catch let error as TransportError {
      guard case .damagedCapture(let offset, .cutPacket) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(offset > 0)
    }
  }

  @Test func `any bytes are packets or refused`() {
    var state: UInt64 = 3
    for _ in 0..<2000 {
      let bytes = (0..<80).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 60) == 0
          ? 0x43 : UInt8(truncatingIfNeeded: state >> 56)
      }
      var observer = USBObserver(linkType: 220, choice: nil)
      let cut = Array(bytes.prefix(Int(state >> 40) % 81))
      let packet = CaptureReader.Packet(
        interface: 0, time: HostTime(nanoseconds: 0), bytes: cut, isWhole: true, offset: 0)
      _ = try? observer.records(of: packet)
    }
  }
}
