import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Foundation
import Testing

/// Frames of two bytes: cuts of reads fall within frames.
private struct PairFramer: Framer {
  var longestFrame: Int { 2 }
  mutating func judge(_ bytes: RawSpan) -> FrameVerdict {
    bytes.byteCount < 2 ? .needMore(atLeast: 2) : .frame(byteCount: 2)
  }
  mutating func reset() {}
}

/// Writes down every call with its time, and asks the device something every 7 ms.
private final class DiaryDecoder: Decoder {
  var diary: [String] = []
  private(set) var nextWake: HostTime?

  func linkOpened(at now: HostTime, port: DevicePort) {
    diary.append("opened \(now.nanoseconds)")
    nextWake = now.advanced(by: .milliseconds(7))
    port.send([0xA0])
  }
  func linkLost(at now: HostTime, port: DevicePort) {
    diary.append("lost \(now.nanoseconds)")
    nextWake = nil
  }
  func decode(_ frame: RawSpan, at now: HostTime, port: DevicePort) {
    let bytes = (0..<frame.byteCount).map { frame.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
    diary.append("frame \(bytes) \(now.nanoseconds)")
    // Fewer bytes than the frame had: the device echoes them.
    if bytes[0] % 8 == 0 { port.send([0xA3]) }
  }
  func skipped(_ count: Int, _ fault: FramingFault, at now: HostTime, port: DevicePort) {}
  func wake(at now: HostTime, port: DevicePort) {
    diary.append("wake \(now.nanoseconds)")
    nextWake = now.advanced(by: .milliseconds(7))
    port.send([0xA1])
  }
  func farewell(at now: HostTime, port: DevicePort) {}
}

struct ReplayedBenchTests {
  private final class Scratch {
    let path = FileManager.default.temporaryDirectory.path + "/fluxgate-\(UUID().uuidString)"
    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private func run(
    _ first: any Transport, _ open: @escaping Acquisition.Opener
  ) -> [String] {
    let decoder = DiaryDecoder()
    let driver = Driver(framer: PairFramer(), decoder: decoder)
    let acquisition = Acquisition(driver: driver, board: DeviceBoard(name: "t"), open: open)
    acquisition.run(link: first, until: StopFlag(), pause: { _ in })
    #expect(acquisition.lastError == .endOfCapture)
    return decoder.diary
  }

  /// A live run with two losses on a bench, captured.
  private func capture(to path: String, _ link: CaptureLink) throws -> [String] {
    let zero = HostTime(nanoseconds: 1_000_000_000)
    let clock = BenchClock(now: zero, end: zero.advanced(by: .milliseconds(2500)))
    let device = TickingDevice(
      start: zero,
      outages: [(.milliseconds(60), .milliseconds(120)), (.milliseconds(900), .milliseconds(1900))])
    let writer = try CaptureWriter(path: path)
    let place = writer.addInterface(name: "ticks", link: link)
    let open = CapturingTransport.opener(
      BenchTransport.opener(device, clock: clock), into: writer, interface: place)
    let diary = run(try open(zero), open)
    writer.close()
    return diary
  }

  /// The same capture with what was received cut into pieces of other lengths.
  private func recut(_ source: String, to path: String, seed: UInt64) throws {
    let records = try CaptureRecords(path: source, interface: "ticks")
    let writer = try CaptureWriter(path: path)
    let place = writer.addInterface(name: "ticks", link: .serial)
    var random = SeededRandom(seed: seed)
    while let record = try records.next() {
      guard case .received(var bytes) = record.event else {
        writer.record(record, on: place)
        continue
      }
      while !bytes.isEmpty {
        let count = Int.random(in: 1...min(3, bytes.count), using: &random)
        let piece = CaptureEvent.received(Array(bytes.prefix(count)))
        writer.record(CaptureRecord(time: record.time, event: piece), on: place)
        bytes.removeFirst(count)
      }
    }
    writer.close()
  }

  private func replay(_ path: String) throws -> (diary: [String], differences: SentDifferences) {
    let link = try ReplayTransport(path: path, interface: "ticks", speed: nil)
    let diary = run(link, link.reopen)
    return (diary, link.differences)
  }

  @Test(arguments: [CaptureLink.serial, .tcp(port: 1972), .udp(port: 7855)])
  func `a replay makes the same calls at the same times as the live run`(link: CaptureLink) throws {
    let file = Scratch()
    let live = try capture(to: file.path, link)
    #expect(live.filter { $0.hasPrefix("opened") }.count == 3)
    #expect(live.filter { $0.hasPrefix("wake") }.count > 100)
    let replayed = try replay(file.path)
    #expect(replayed.diary == live)
    #expect(replayed.differences == SentDifferences())
  }

  @Test func `how the capture is cut changes nothing`() throws {
    let file = Scratch()
    let live = try capture(to: file.path, .serial)
    for seed in 1...5 {
      let other = Scratch()
      try recut(file.path, to: other.path, seed: UInt64(seed))
      let replayed = try replay(other.path)
      #expect(replayed.diary == live)
      #expect(replayed.differences == SentDifferences())
    }
  }
}
