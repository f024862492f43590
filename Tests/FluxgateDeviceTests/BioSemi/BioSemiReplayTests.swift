import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Foundation
import Testing

@testable import FluxgateDevice

struct BioSemiReplayTests {
  /// Rows, numbers, gaps and times of every stream.
  private struct Outcome: Equatable {
    var rows: [[UInt8]]
    var numbers: [[UInt64]]
    var lost: [UInt64]
    var times: [[HostTime]]
  }

  private func run(_ open: @escaping Acquisition.Opener, at start: HostTime) throws -> Outcome {
    let board = DeviceBoard(name: "t")
    var streams: [CollectedStream] = []
    func drain() {
      if streams.isEmpty, let announcement = board.announcement {
        streams = announcement.outlets.map(CollectedStream.init)
      }
      streams.forEach { $0.drain() }
    }
    let tapped: Acquisition.Opener = { (time: HostTime) throws(TransportError) in
      TappedTransport(try open(time)) { drain() }
    }
    let driver = BioSemiDriver.make(DriverSetup(category: .neuro))
    let acquisition = Acquisition(driver: driver, board: board, open: tapped)
    acquisition.run(link: try tapped(start), until: StopFlag(), pause: { _ in })
    drain()
    return Outcome(
      rows: streams.map(\.rows), numbers: streams.map(\.numbers), lost: streams.map(\.lost),
      times: streams.map { $0.blockTimes.map(\.last) })
  }

  @Test func `a usbmon capture replays to the same rows`() throws {
    let path = FileManager.default.temporaryDirectory.path + "/fluxgate-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    var settings = VirtualBioSemiSettings()
    settings.speed = 4
    settings.faults = [
      InjectedFault(after: .milliseconds(300), kind: .dropFrame),
      InjectedFault(after: .milliseconds(700), kind: .unplug(duration: .milliseconds(400))),
    ]
    let start = HostTime(nanoseconds: 1_000_000_000_000_000_000)
    let clock = BenchClock(now: start, end: start.advanced(by: .milliseconds(2500)))
    let writer = try CaptureWriter(path: path)
    let place = writer.addInterface(name: "brain", link: .usb(VirtualBioSemi.link))
    let live = try run(
      CapturingTransport.opener(
        BenchTransport.opener(VirtualBioSemi(settings), clock: clock), into: writer,
        interface: place), at: start)
    writer.close()
    let choice = USBCaptureChoice(settings: VirtualBioSemi.link)
    let replay = try ReplayTransport(path: path, interface: "brain", usb: choice, speed: nil)
    var isFirst = true
    let again = try run(
      { (time: HostTime) throws(TransportError) in
        defer { isFirst = false }
        return isFirst ? replay : try replay.reopen(at: time)
      }, at: start)
    #expect(live.numbers[0].count > 3000)
    #expect(live.lost[0] > 1000)
    #expect(live == again)
    #expect(replay.differences == SentDifferences())
  }
}
