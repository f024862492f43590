import Foundation
import Testing

/// The command line on a mocked computer with two USB devices of one kind.
@Suite(
  .enabled(if: USBCommandTests.canRun, "umockdev is not installed, or fluxgate is not built"))
struct USBCommandTests {
  private static let wrapper = "/usr/bin/umockdev-run"
  private static let isRequired =
    ProcessInfo.processInfo.environment["FLUXGATE_REQUIRE_PEERS"] == "1"
  static let canRun =
    isRequired
    || (FileManager.default.isExecutableFile(atPath: wrapper) && SpawnedFluxgate.program != nil)

  private static let profile = """
    name: bulk-bench
    maker: Bench
    model: Bulk bench
    match:
      usb: ["1209:0001"]
      product: Bulk
    transport:
      usb:
        input: bulk 0x82
    driver: twinleaf
    category: cardiac
    """

  private static func run(_ words: [String]) throws -> (status: Int32, said: String) {
    let folder = FileManager.default.temporaryDirectory.path + "/fg-" + UUID().uuidString.prefix(8)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(profile.utf8).write(to: URL(fileURLWithPath: folder + "/bulk-bench.yaml"))
    let devices = FluxgateProcess.root.appendingPathComponent(
      "fixtures/usb/two-bulk-devices.umockdev")
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: wrapper)
    process.arguments =
      ["-d", devices.path, "--", try #require(SpawnedFluxgate.program)] + words
      + ["--profiles", folder, "--home", folder + "/home"]
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }

  @Test func `scan lists USB devices as they are named`() throws {
    let (status, said) = try Self.run(["scan"])
    #expect(status == 0)
    for serial in ["SIM0001", "SIM0002"] {
      #expect(said.contains("usb:\(serial)\n  1209:0001 Bulk bench   bulk-bench\n"), "\(said)")
    }
  }

  @Test(arguments: ["", "@usb"])
  func `two devices of a kind are not chosen between`(address: String) throws {
    let (status, said) = try Self.run(["check", "--device", "b=bulk-bench\(address)"])
    #expect(status == 2)
    for part in ["C10", "USB 1-1 (1209:0001 Bulk bench SIM0001)", "SIM0002", "@usb:1-1"] {
      #expect(said.contains(part), "\(said)")
    }
  }

  /// No traffic is played here: what is asked for is claimed, and the first transfer fails.
  @Test(arguments: [("usb:SIM0002", "001/003"), ("usb:1-1", "001/002")])
  func `a named device is the one that is opened`(address: String, node: String) throws {
    let (status, said) = try Self.run(["check", "--device", "b=bulk-bench@\(address)"])
    #expect(status == 5)
    #expect(said.contains("cannot open /dev/bus/usb/\(node)"), "\(said)")
  }

  @Test func `a device that is not there is named`() throws {
    let (status, said) = try Self.run(["check", "--device", "b=bulk-bench@usb:SIM0009"])
    #expect(status == 5)
    #expect(said.contains("cannot open usb:SIM0009"), "\(said)")
  }
}
