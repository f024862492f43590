import FluxgateSignal
import FluxgateTransport
import Foundation
import Testing

/// libusb's own code over a mock of usbfs: what a capture of the bus says is what is read.
struct USBTransportTests {
  @Test(
    .enabled(if: InsideUmockdev.canRun, Comment(rawValue: InsideUmockdev.missing)),
    arguments: USBScene.allCases)
  func `what goes over the bus is what is read`(scene: USBScene) throws {
    let ending = try Self.play(scene)
    #expect(ending.status == 0, "\(ending.said)")
    #expect(ending.said.contains("with 1 test"), "\(ending.said)")
  }

  /// One byte on the bus is another: the inner test must see it.
  @Test(.enabled(if: InsideUmockdev.canRun, Comment(rawValue: InsideUmockdev.missing)))
  func `a wrong byte on the bus fails`() throws {
    let piece = USBScene.stream.reads[50]
    let ending = try Self.play(.stream) { bytes in
      let place = (0..<bytes.count - 512).first { bytes[$0..<$0 + piece.count] == piece[...] }
      if let place { bytes[place + 7] ^= 1 }
    }
    #expect(ending.status != 0)
    #expect(ending.said.contains("read 50"), "\(ending.said)")
  }

  private static func play(
    _ scene: USBScene, spoil: (inout [UInt8]) -> Void = { _ in }
  ) throws -> (status: Int32, said: String) {
    let (device, traffic) = (ScratchFile(), ScratchFile())
    var bytes = scene.traffic
    spoil(&bytes)
    try Data(MockUSBDevice().description.utf8).write(to: URL(fileURLWithPath: device.path))
    try Data(bytes).write(to: URL(fileURLWithPath: traffic.path))
    return try InsideUmockdev.run(
      "USBSceneTests", task: scene.rawValue,
      under: [
        "umockdev-run", "-d", device.path, "-p", "/sys\(MockUSBDevice.path)=\(traffic.path)", "--",
      ])
  }
}

/// The inner half.
struct USBSceneTests {
  @Test(.enabled(if: InsideUmockdev.task.flatMap(USBScene.init) != nil, "the outer half runs it"))
  func `the scene on the mock bus`() throws {
    let scene = try #require(InsideUmockdev.task.flatMap(USBScene.init))
    let device = try #require(USBFinder.devices().first)
    #expect(device.description == "USB 1-1 (1209:0001 Bulk bench SIM0001)")
    let link = try USBTransport(device, settings: scene.settings)
    if !scene.written.isEmpty { try link.write(scene.written) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    for (place, piece) in scene.reads.enumerated() {
      let arrival = try link.read(into: &buffer, until: HostClock.now.advanced(by: .seconds(5)))
      try #require(Array(buffer.prefix(arrival.byteCount)) == piece, "read \(place)")
      #expect(arrival.time <= HostClock.now)
    }
    guard scene == .unplug else { return }
    let gone = TransportError.disconnected(errno: ENODEV)
    #expect(throws: gone) {
      try link.read(into: &buffer, until: HostClock.now.advanced(by: .seconds(5)))
    }
  }
}
