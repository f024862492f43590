import FluxgateSignal
import FluxgateTransport
import Foundation
import Testing

/// Devices that come and go on a mocked computer, seen through libusb and udev.
struct PlugWatchTests {
  @Test(.enabled(if: InsideUmockdev.canRun, Comment(rawValue: InsideUmockdev.missing)))
  func `devices that come and go are seen and taken back by identity`() throws {
    let bed = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    let ending = try InsideUmockdev.run(
      "PlugSceneTests", task: "plugs",
      under: ["umockdev-wrapper", "/usr/bin/python3", "\(bed)/Peers/plug_testbed.py"])
    #expect(ending.status == 0, "\(ending.said)")
    #expect(ending.said.contains("with 3 tests"), "\(ending.said)")
  }

  @Test func `nobody waits longer than asked`() throws {
    let watch = try PlugWatch()
    defer { watch.stop() }
    var seen = watch.turn
    let begun = HostClock.now
    watch.pause(.milliseconds(20), after: &seen)
    #expect(HostClock.now.since(begun) >= .milliseconds(20) || watch.turn > 0)
  }
}

/// The inner half, under the mocked computer's test bed.
@Suite(.serialized, .enabled(if: InsideUmockdev.task == "plugs", "the outer half runs it"))
struct PlugSceneTests {
  @Test func `three cycles of a USB device`() throws {
    try PlugOrders.add(MockUSBDevice.hub, at: MockUSBDevice.hubPath)
    let watch = try PlugWatch()
    defer { watch.stop() }
    var seen = watch.turn
    for cycle in 0..<3 {
      let device = MockUSBDevice(address: 2 + cycle)
      try PlugOrders.add(device.alone, at: device.path)
      watch.pause(.seconds(5), after: &seen)
      #expect(USBFinder.devices().map(\.serial) == ["SIM0001"])
      try PlugOrders.remove(device.path)
      watch.pause(.seconds(5), after: &seen)
      #expect(USBFinder.devices().isEmpty)
    }
    let numbers = USBNumbers(vendor: 0x1209, product: 1)
    try #require(watch.events.count == 6, "\(watch.events.all)")
    for (place, event) in watch.events.all.enumerated() {
      #expect(event.isThere == (place % 2 == 0))
      #expect(event.place == "USB 1-1")
      #expect(event.numbers == numbers)
    }
  }

  @Test func `a serial line that comes and goes`() throws {
    let watch = try PlugWatch()
    defer { watch.stop() }
    var seen = watch.turn
    let path = "/devices/platform/bridge/tty/ttyUSB7"
    let terminal =
      "P: \(path)\nN: ttyUSB7\nS: serial/by-id/usb-Bench_SIM7-if00\nE: DEVNAME=/dev/ttyUSB7\n"
      + "E: DEVLINKS=/dev/serial/by-id/usb-Bench_SIM7-if00\nE: ID_SERIAL_SHORT=SIM7\n"
      + "E: SUBSYSTEM=tty\nE: MAJOR=188\nE: MINOR=7\nA: dev=188:7\n"
    try PlugOrders.add(terminal, at: path)
    watch.pause(.seconds(5), after: &seen)
    #expect(DeviceLinks.lasting("/dev/ttyUSB7") == "/dev/serial/by-id/usb-Bench_SIM7-if00")
    try PlugOrders.remove(path)
    watch.pause(.seconds(5), after: &seen)
    #expect(watch.events.all.map(\.isThere) == [true, false])
    #expect(watch.events.all.map(\.place) == ["/dev/ttyUSB7", "/dev/ttyUSB7"])
    #expect(DeviceLinks.lasting("/dev/ttyUSB7") == nil)
  }

  @Test func `a device is taken back by its serial number, one without by its port`() throws {
    let first = MockUSBDevice(serial: "SIM0001", port: 2, address: 5)
    let nameless = MockUSBDevice(serial: "", port: 3, address: 6)
    for device in [first, nameless] { try PlugOrders.add(device.alone, at: device.path) }
    let known = USBFinder.devices()
    try #require(known.map(\.portPath) == ["1-2", "1-3"])
    let identities = known.map(USBIdentity.init)
    for device in [first, nameless] { try PlugOrders.remove(device.path) }
    #expect(identities.allSatisfy { $0.find(among: USBFinder.devices()) == nil })

    let moved = MockUSBDevice(serial: "SIM0001", port: 4, address: 7)
    let stranger = MockUSBDevice(serial: "SIM0002", port: 2, address: 8)
    let back = MockUSBDevice(serial: "", port: 3, address: 9)
    for device in [moved, stranger, back] { try PlugOrders.add(device.alone, at: device.path) }
    let found = identities.map { $0.find(among: USBFinder.devices()) }
    #expect(found.map { $0?.portPath } == ["1-4", "1-3"])
    #expect(found.map { $0?.address } == [7, 9])
  }
}

/// The orders that `plug_testbed.py` obeys.
private enum PlugOrders {
  static func add(_ description: String, at path: String) throws {
    let file = ScratchFile()
    try Data(description.utf8).write(to: URL(fileURLWithPath: file.path))
    try give("add \(file.path) \(path)")
  }

  static func remove(_ path: String) throws { try give("remove \(path)") }

  private static func give(_ order: String) throws {
    let environment = ProcessInfo.processInfo.environment
    let ends = ["FLUXGATE_PLUG_ORDERS", "FLUXGATE_PLUG_ANSWERS"].compactMap {
      environment[$0].flatMap { Int32($0) }
    }
    try #require(ends.count == 2)
    let line = Array("\(order)\n".utf8)
    try #require(write(ends[0], line, line.count) == line.count)
    var answer: UInt8 = 0
    try #require(read(ends[1], &answer, 1) == 1)
  }
}
