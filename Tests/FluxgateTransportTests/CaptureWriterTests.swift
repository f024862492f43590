import FluxgateSignal
import FluxgateTransport
import Foundation
import Testing

struct CaptureWriterTests {
  private static func at(_ microseconds: Int64) -> HostTime {
    HostTime(nanoseconds: 1_700_000_000_000_000_123 + microseconds * 1000)
  }

  static let story: [CaptureRecord] = [
    CaptureRecord(time: at(0), event: .opened),
    CaptureRecord(time: at(5), event: .sent([1, 2, 3])),
    CaptureRecord(time: at(9), event: .received([0xFF, 0, 0x11, 0x13])),
    CaptureRecord(time: at(20), event: .lost),
    CaptureRecord(time: at(700), event: .opened),
    CaptureRecord(time: at(900), event: .received(Array(repeating: 7, count: 64_999))),
    CaptureRecord(time: at(901), event: .sent([9])),
    CaptureRecord(time: at(1000), event: .closed),
  ]

  static func write(_ records: [CaptureRecord], _ link: CaptureLink, to path: String) throws {
    let writer = try CaptureWriter(path: path)
    let place = writer.addInterface(name: "opm-left", link: link)
    for record in records { writer.record(record, on: place) }
    writer.close()
    #expect(writer.failure == 0)
  }

  static func read(_ path: String, _ name: String? = nil) throws -> [CaptureRecord] {
    let records = try CaptureRecords(path: path, interface: name)
    var found: [CaptureRecord] = []
    while let record = try records.next() { found.append(record) }
    return found
  }

  static let bulk = USBLinkSettings(input: 0x82, output: .bulk(0x01))
  static let report = USBLinkSettings(input: 0x81, inputKind: .interrupt, output: .setReport)

  @Test(arguments: [CaptureLink.serial, .tcp(port: 1972), .usb(bulk), .usb(report)])
  func `what was recorded is read back, to the nanosecond`(link: CaptureLink) throws {
    let file = ScratchFile()
    try Self.write(Self.story, link, to: file.path)
    #expect(try Self.read(file.path, "opm-left") == Self.story)
  }

  @Test func `the file is its owner's alone and never replaces another`() throws {
    let file = ScratchFile()
    try Self.write([], .serial, to: file.path)
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
    #expect(mode as? Int == 0o600)
    #expect(throws: TransportError.cannotOpen(name: file.path, errno: EEXIST)) {
      _ = try CaptureWriter(path: file.path)
    }
  }

  @Test func `several links in one file stay apart`() throws {
    let file = ScratchFile()
    let writer = try CaptureWriter(path: file.path)
    let left = writer.addInterface(name: "left", link: .serial)
    let right = writer.addInterface(name: "right", link: .tcp(port: 1972))
    for record in Self.story {
      writer.record(record, on: left)
      writer.record(record, on: right)
    }
    writer.close()
    #expect(try CaptureReader.interfaces(path: file.path).map(\.name) == ["left", "right"])
    #expect(try Self.read(file.path, "left") == Self.story)
    #expect(try Self.read(file.path, "right") == Self.story)
    #expect(throws: TransportError.damagedCapture(offset: file.bytes.count, .noInterface)) {
      try Self.read(file.path, "middle")
    }
  }

  @Test func `megabytes pass through a socket's capture whole`() throws {
    let file = ScratchFile()
    let block = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    var records = [CaptureRecord(time: Self.at(0), event: .opened)]
    for step in 1...20 {
      records.append(CaptureRecord(time: Self.at(Int64(step)), event: .received(block)))
    }
    try Self.write(records, .tcp(port: 1972), to: file.path)
    var seen: [UInt8] = []
    for case .received(let bytes) in try Self.read(file.path).map(\.event) { seen += bytes }
    #expect(seen == (0..<20).flatMap { _ in block })
  }
}
