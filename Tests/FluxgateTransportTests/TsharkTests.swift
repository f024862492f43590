import FluxgateTransport
import Foundation
import Testing

/// A second reader of our captures: Wireshark's, from Debian's package tshark.
struct TsharkTests {
  private static let program = "/usr/bin/tshark"
  private static let isRequired =
    ProcessInfo.processInfo.environment["FLUXGATE_REQUIRE_PEERS"] == "1"
  private static let canRun =
    isRequired || FileManager.default.isExecutableFile(atPath: program)

  private static func lines(_ arguments: [String]) throws -> [String] {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  private static func fields(_ path: String, _ names: [String]) throws -> [String] {
    try lines(["-r", path, "-T", "fields", "-E", "separator=,"] + names.flatMap { ["-e", $0] })
  }

  @Test(.enabled(if: canRun, "tshark is not installed"))
  func `Wireshark reads a serial capture as we meant it`() throws {
    let file = ScratchFile()
    try CaptureWriterTests.write(
      Array(CaptureWriterTests.story.prefix(4)), .serial, to: file.path)
    let found = try Self.fields(
      file.path,
      ["frame.interface_name", "frame.time_epoch", "rtacser.eventtype", "rtacser.dcd", "data.data"])
    #expect(
      found == [
        "opm-left,1700000000.000000123,0x00,1,", "opm-left,1700000000.000005123,0x03,1,010203",
        "opm-left,1700000000.000009123,0x04,1,ff001113", "opm-left,1700000000.000020123,0x00,0,",
      ])
    #expect(try Self.lines(["-r", file.path, "-Y", "_ws.malformed"]).isEmpty)
  }

  @Test(.enabled(if: canRun, "tshark is not installed"))
  func `Wireshark finds nothing wrong in a socket's capture`() throws {
    let file = ScratchFile()
    try CaptureWriterTests.write(CaptureWriterTests.story, .tcp(port: 19_720), to: file.path)
    let wrong =
      "_ws.malformed || _ws.expert || tcp.analysis.flags || tcp.checksum.status == \"Bad\""
      + " || ip.checksum.status == \"Bad\""
    let strict = ["-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-r", file.path]
    #expect(try Self.lines(strict + ["-Y", wrong]).filter { !Self.isOrdinary($0) } == [])
    let said = try Self.fields(file.path, ["tcp.stream", "tcp.dstport", "tcp.payload"])
    #expect(said.contains("0,19720,010203"))
    #expect(said.contains("0,49152,ff001113"))
    #expect(said.contains("1,19720,09"))
  }

  @Test(.enabled(if: canRun, "tshark is not installed"))
  func `Wireshark reads a USB capture as we meant it`() throws {
    let file = ScratchFile()
    try CaptureWriterTests.write(
      Array(CaptureWriterTests.story.prefix(4)), .usb(CaptureWriterTests.bulk), to: file.path)
    let found = try Self.fields(
      file.path,
      [
        "usb.urb_type", "usb.transfer_type", "usb.endpoint_address", "usb.urb_status",
        "usb.setup.bRequest", "usb.capdata",
      ])
    #expect(
      found == [
        "'S',0x02,0x00,-115,11,", "'C',0x02,0x00,0,,", "'S',0x03,0x01,-115,,010203",
        "'C',0x03,0x01,0,,", "'S',0x03,0x82,-115,,", "'C',0x03,0x82,0,,ff001113",
        "'S',0x03,0x82,-115,,", "'C',0x03,0x82,-108,,",
      ])
    #expect(try Self.lines(["-r", file.path, "-Y", "_ws.malformed"]).isEmpty)
    // Wireshark finds both halves of each transfer.
    let pairs = try Self.lines(["-r", file.path, "-Y", "usb.time"])
    #expect(pairs.count == 4)
  }

  @Test(.enabled(if: canRun, "tshark is not installed"))
  func `Wireshark reads reports as reports`() throws {
    let file = ScratchFile()
    try CaptureWriterTests.write(
      Array(CaptureWriterTests.story.prefix(3)), .usb(CaptureWriterTests.report), to: file.path)
    // Whether it is a HID device only its descriptors would say; the request is 9, SET_REPORT.
    let found = try Self.fields(
      file.path,
      ["usb.urb_type", "usb.transfer_type", "usb.setup.bRequest", "usb.data_fragment"])
    #expect(
      found == [
        "'S',0x02,11,", "'C',0x02,,", "'S',0x02,9,010203", "'C',0x02,,", "'S',0x01,,", "'C',0x01,,",
      ])
    #expect(try Self.lines(["-r", file.path, "-Y", "_ws.malformed"]).isEmpty)
  }

  /// Openings and ends are "expert information" too, of the kind that only informs.
  private static func isOrdinary(_ line: String) -> Bool {
    line.contains("[SYN]") || line.contains("[SYN, ACK]") || line.contains("[FIN, ACK]")
  }
}
