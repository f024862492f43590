import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Foundation
import Testing

/// What a sound stream gives.
@Suite struct LSLReadingTests {
  private static func settings(_ change: (inout LSLOutletSettings) -> Void) -> LSLOutletSettings {
    var settings = LSLOutletSettings()
    settings.channelCount = 3
    settings.rate = 500
    change(&settings)
    return settings
  }

  @Test func `a feed begins with the bytes seen from a liblsl outlet`() {
    let outlet = VirtualLSLOutlet(Self.settings { _ in })
    outlet.connected(at: LSLBench.start)
    outlet.receive(LSLEnvelope.encode(.info), at: LSLBench.start)
    var reader = LSLEnvelopeReader()
    let info = reader.take(outlet.takeOutput()).filter { $0.kind == .info }.flatMap(\.payload)
    let uid = LSLElementReader.read(info).flatMap(LSLStreamInfo.init)?.uid ?? ""
    let request = Array("LSL:streamfeed/110 \(uid)\r\n\r\n".utf8)
    outlet.receive(LSLEnvelope.encode(.feed, request), at: LSLBench.start)
    let feed = reader.take(outlet.takeOutput()).filter { $0.kind == .feed }.flatMap(\.payload)
    let pattern =
      "02c976be9f0c24fe40000080400000a0c00000c040" + "02c976be9f0c24fe4000000040000040c000008040"
    let found = feed.suffix(42).map { String(format: "%02x", $0) }.joined()
    #expect(found == pattern)
  }

  @Test(arguments: LSLOutletSettings.Format.allCases.filter { $0 != .string }, [false, true])
  func `every number type is read in both byte orders`(
    format: LSLOutletSettings.Format, isBig: Bool
  ) throws {
    let settings = Self.settings {
      $0.format = format
      $0.isBigEndian = isBig
    }
    let bench = try LSLBench(settings).run(seconds: 4)
    try bench.expectComplete()
    #expect(try bench["lsl"].lost == 0)
    #expect(try bench["lsl"].numbers.count > 1500)
  }

  @Test func `who the device is and what its columns are`() throws {
    let bench = try LSLBench(Self.settings { _ in }).run(seconds: 2)
    let announcement = try #require(bench.board.announcement)
    #expect(announcement.identity.maker == "Fluxgate simulation")
    #expect(announcement.identity.model == "SimOPM")
    #expect(announcement.identity.serial == "SIM-1")
    let channels = try bench["lsl"].stream.description.channels
    #expect(channels.map(\.name) == ["OPM1", "OPM2", "OPM3"])
    #expect(channels.allSatisfy { $0.unit == "T" && $0.scale == 1e-15 && $0.kind == "mag" })
    #expect(bench.events.contains { $0.label == "location OPM2" && $0.text == "2 0 90" })
  }

  @Test(arguments: [1, 2, 7, 1000]) func `how reads are cut changes nothing`(most: Int) throws {
    let settings = Self.settings { $0.samplesPerPush = 5 }
    let whole = try LSLBench(settings).run(seconds: 3)
    let cut = try LSLBench(settings).run(seconds: 3, mostPerRead: most)
    #expect(try cut["lsl"].rows == whole["lsl"].rows)
    #expect(try cut["lsl"].numbers == whole["lsl"].numbers)
    try cut.expectComplete()
  }

  @Test func `the sender's clock becomes the host's, whatever its origin and rate`() throws {
    let settings = Self.settings { $0.clockErrorPartsPerMillion = 80 }
    let bench = try LSLBench(settings).run(seconds: 60)
    try bench.expectComplete()
    #expect(try bench.worstTime() < .milliseconds(1))
    let clock = try bench["clock"]
    #expect(clock.numbers.count >= 25)
  }

  @Test func `stamps that jitter are evened out and lose nothing`() throws {
    let settings = Self.settings { $0.stampJitter = .milliseconds(12) }
    let bench = try LSLBench(settings).run(seconds: 30)
    try bench.expectComplete()
    #expect(try bench["lsl"].lost == 0)
    // The first stamps may all be late: the line finds its place within a second.
    #expect(try bench.worstTime(from: 500) < .milliseconds(3))
  }

  @Test func `rows of an irregular stream keep their own times`() throws {
    let settings = Self.settings {
      $0.rate = 0
      $0.format = .int32
    }
    let bench = try LSLBench(settings).run(seconds: 20)
    let stream = try bench["lsl"]
    #expect(stream.stream.description.sampleType == .int64)
    #expect(stream.stream.description.channels.map(\.name) == ["time", "OPM1", "OPM2", "OPM3"])
    let values = Self.integers(stream.rows)
    let made = bench.device.truthTimes
    #expect(stream.numbers.count == made.count && made.count > 200)
    for (row, time) in made.enumerated() {
      #expect(abs(values[row * 4] - time.nanoseconds) < .milliseconds(1))
      let truth = bench.device.truth[0].rows[row * 12..<row * 12 + 4]
      let code = truth.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      #expect(values[row * 4 + 1] == Int64(Int32(bitPattern: code)))
    }
    #expect(bench.events.contains { $0.label.hasPrefix("irregular stream") })
  }

  @Test func `texts become markers at their times`() throws {
    let settings = Self.settings {
      $0.rate = 0
      $0.format = .string
      $0.channelCount = 2
    }
    let bench = try LSLBench(settings).run(seconds: 10)
    let markers = bench.events.filter { $0.label.hasPrefix("OPM") }
    let made = bench.device.truthTexts
    #expect(markers.map(\.text) == made.map(\.text))
    #expect(markers.count > 100)
    for (marker, truth) in zip(markers, made) {
      #expect(abs(marker.time - truth.time.nanoseconds) < .milliseconds(1))
    }
  }

  @Test func `a capture replays to the same rows, times and requests`() throws {
    let path = FileManager.default.temporaryDirectory.path + "/fluxgate-lsl-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let settings = Self.settings {
      $0.faults = [
        InjectedFault(after: .seconds(3), kind: .unplug(duration: .milliseconds(700))),
        InjectedFault(after: .seconds(5), kind: .reboot),
        InjectedFault(after: .seconds(4), kind: .corruptFrame),
      ]
    }
    let live = LSLBench(settings)
    let clock = BenchClock(now: LSLBench.start, end: LSLBench.start.advanced(by: .seconds(8)))
    let writer = try CaptureWriter(path: path)
    let place = writer.addInterface(name: "opm", link: .lsl, profile: "lsl")
    try live.run(
      CapturingTransport.opener(
        BenchTransport.opener(live.device, clock: clock), into: writer, interface: place))
    writer.close()
    let link = try ReplayTransport(path: path, interface: "opm", speed: nil)
    var isFirst = true
    let replay = try LSLBench(settings).run { (time) throws(TransportError) in
      defer { isFirst = false }
      return isFirst ? link : try link.reopen(at: time)
    }
    for name in ["lsl", "clock", "events"] {
      #expect(try replay[name].rows == live[name].rows)
      #expect(try replay[name].gaps == live[name].gaps)
      #expect(try replay[name].blockTimes.map(\.last) == live[name].blockTimes.map(\.last))
    }
    #expect(try live["lsl"].numbers.count > 1000)
    #expect(link.differences == SentDifferences())
  }

  private static func integers(_ bytes: [UInt8]) -> [Int64] {
    stride(from: 0, to: bytes.count, by: 8).map { start in
      bytes[start..<start + 8].reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }
  }
}
