import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Foundation
import Testing

@testable import FluxgateDevice

/// The walk of "Add a device": the file on the page is a whole device.
struct WalkTests {
  private static func page() throws -> String {
    try String(
      contentsOf: FrameProfiles.root.appendingPathComponent(
        "Sources/Fluxgate/Fluxgate.docc/AddADevice.md"), encoding: .utf8)
  }

  private static func fileOnThePage() throws -> String {
    let text = try page()
    let start = try #require(text.range(of: "```yaml\n"))
    let rest = text[start.upperBound...]
    let end = try #require(rest.range(of: "```"))
    return String(rest[..<end.lowerBound])
  }

  private static func profileOnThePage() throws -> DeviceProfile {
    try ProfileReader.read(text: try fileOnThePage(), file: "bedside-ecg.yaml")
  }

  @Test func `the mistake shown on the page is told as it is shown`() throws {
    let text = try Self.fileOnThePage().replacing("type: i24le", with: "type: i24")
    let fault = try #require(throws: ProfileError.self) {
      try ProfileReader.read(text: text, file: "bedside-ecg.yaml")
    }
    let place = "\(fault.file):\(fault.line):\(fault.column)"
    #expect(try Self.page().contains("  \(place): \(fault.message)\n"), "\(fault)")
    #expect(try Self.page().contains("  Try: \(fault.hint)\n"))
  }

  @Test func `the page's examples come out as it says`() throws {
    let profile = try Self.profileOnThePage()
    #expect(profile.examples.count == 2)
    #expect(ExampleRun.faults(of: profile).map(\.description) == [])
    let library = try FrameProfiles.library()
    #expect(library[profile.name] == nil, "the made-up device is not a shipped one")
  }

  /// Over a real terminal in real time, with frames missing: stored + lost = sent.
  @Test func `a device made from the page's file is recorded over a serial line`() throws {
    let profile = try Self.profileOnThePage()
    let format = try #require(profile.frames)
    let rate = try #require(profile.rate)
    let dropped: Set<Int> = [100, 101, 102, 200]
    let path = "/tmp/fluxgate-walk-\(getpid())"
    let host = PtyHost(device: ProfileBoard(format, rate: rate, dropped: dropped), path: path)
    try host.start()
    let stored = try Self.record(profile, path, rows: 400)
    host.stop()
    #expect(stored.lost == 4)
    #expect(stored.damaged == 0)
    #expect(stored.delay == 2_000_000)
    let truth = host.truth[0]
    let width = truth.channelCount * truth.sampleType.byteCount
    #expect(stored.numbers.count >= 400)
    for (place, number) in stored.numbers.enumerated() {
      #expect(!dropped.contains(Int(number)))
      let row = truth.rows[Int(number) * width..<(Int(number) + 1) * width]
      try #require(stored.rows[place * width..<(place + 1) * width] == row)
    }
  }

  private struct Stored {
    var numbers: [UInt64]
    var rows: [UInt8]
    var lost: UInt64
    var damaged: UInt64
    var delay: Int64?
  }

  private static func record(_ profile: DeviceProfile, _ path: String, rows: Int) throws -> Stored {
    guard case .serial(let baud) = profile.transport else { throw CocoaError(.featureUnsupported) }
    let board = DeviceBoard(name: "walk")
    let stop = StopFlag()
    var streams: [CollectedStream] = []
    let deadline = HostClock.now.advanced(by: .seconds(30))
    let drain = {
      if streams.isEmpty, let announcement = board.announcement {
        streams = announcement.outlets.map(CollectedStream.init)
      }
      for stream in streams { stream.drain() }
      let isEnough = (streams.first?.numbers.count ?? 0) >= rows
      if isEnough || HostClock.now > deadline { stop.raise() }
    }
    let driver = DriverTable.make(profile, DriverSetup(category: profile.category))
    let link = TappedTransport(try SerialTransport(path: path, baud: baud), tap: drain)
    let open: Acquisition.Opener = { (_) throws(TransportError) in
      throw .cannotOpen(name: path, errno: 0)
    }
    Acquisition(driver: driver, board: board, open: open).run(
      link: link, until: stop, pause: { _ in })
    drain()
    let ecg = try #require(streams.first)
    return Stored(
      numbers: ecg.numbers, rows: ecg.rows, lost: ecg.lost, damaged: board.bytesDamaged,
      delay: ecg.stream.description.channels.first?.delay)
  }
}
