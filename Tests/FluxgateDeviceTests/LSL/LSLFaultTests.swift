import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Testing

/// What goes wrong with streams, and that every sample is stored or named as lost.
@Suite struct LSLFaultTests {
  private static func bench(
    seconds: Double = 12, _ change: (inout LSLOutletSettings) -> Void
  ) throws -> LSLBench {
    var settings = LSLOutletSettings()
    settings.channelCount = 2
    settings.rate = 500
    change(&settings)
    return try LSLBench(settings).run(seconds: seconds)
  }

  @Test(arguments: [1, 2, 3]) func `samples that fell out of the buffer are counted`(
    count: Int
  ) throws {
    let bench = try Self.bench {
      $0.faults = (0..<count).map {
        InjectedFault(after: .seconds(4 + Int64($0)), kind: .dropFrame)
      }
    }
    #expect(bench.device.truth[0].withheld.count == count)
    try bench.expectComplete()
    #expect(try bench.lost(.estimatedGap) == UInt64(count))
  }

  @Test func `a buffer that ran over during a stall is counted to the sample`() throws {
    let bench = try Self.bench {
      $0.bufferedSamples = 300
      $0.faults = [InjectedFault(after: .seconds(4), kind: .stall(duration: .seconds(2)))]
    }
    let withheld = bench.device.truth[0].withheld.count
    #expect(withheld == 700)
    try bench.expectComplete()
    #expect(try bench.lost(.estimatedGap) == UInt64(withheld))
  }

  @Test func `a stall that the buffer covers loses nothing`() throws {
    let bench = try Self.bench {
      $0.faults = [InjectedFault(after: .seconds(4), kind: .stall(duration: .seconds(2)))]
    }
    try bench.expectComplete()
    #expect(try bench["lsl"].lost == 0)
  }

  @Test func `what was made while the cable was out is counted`() throws {
    let bench = try Self.bench {
      $0.faults = [InjectedFault(after: .seconds(4), kind: .unplug(duration: .seconds(2)))]
    }
    try bench.expectComplete()
    #expect(try bench.lost(.estimatedGap) > 900)
    #expect(try bench.breaks(.linkLost) == 1)
  }

  @Test func `an outlet that starts anew under another uid is taken back`() throws {
    let bench = try Self.bench {
      $0.faults = [InjectedFault(after: .seconds(4), kind: .reboot)]
    }
    try bench.expectComplete()
    #expect(try bench.breaks(.deviceReset) == 1)
    #expect(try bench.worstTime() < .milliseconds(1))
    #expect(bench.events.contains { $0.label == "outlet restarted" })
  }

  @Test func `a wrong test pattern is not read, the next right one is`() throws {
    let bench = try Self.bench {
      $0.faults = [InjectedFault(after: 0, kind: .corruptFrame)]
    }
    try bench.expectComplete()
    #expect(bench.board.refusals.count == 0)
  }

  @Test(arguments: LSLOutletSettings.Format.allCases)
  func `a pattern that is always wrong is refused`(format: LSLOutletSettings.Format) throws {
    let bench = try Self.bench {
      $0.format = format
      $0.faults = (0..<8).map { InjectedFault(after: .milliseconds(700 * $0), kind: .corruptFrame) }
    }
    try #require(bench.board.refusals.count == 1)
    #expect("\(bench.board.refusals[0])".contains("test pattern"))
    #expect(bench.streams.isEmpty)
  }

  @Test(arguments: [Int64.seconds(30), -Int64.seconds(30)])
  func `a step of the sender's clock loses no sample`(step: Int64) throws {
    let bench = try Self.bench { $0.clockSteps = [(.seconds(5), step)] }
    try bench.expectComplete()
    #expect(try bench["lsl"].lost == 0)
    #expect(try bench.breaks(.clockJump) == 1)
    #expect(try bench.worstTime() < .milliseconds(20))
    #expect(bench.events.contains { $0.label == "sender's clock stepped" })
  }

  @Test func `a stream without a time service is timed by arrivals, and says so`() throws {
    let bench = try Self.bench { $0.answersTimeQuestions = false }
    try bench.expectComplete()
    #expect(try bench.worstTime() < .milliseconds(1))
    #expect(bench.events.contains { $0.label.hasPrefix("no time service") })
    #expect(try bench["clock"].numbers.isEmpty)
  }

  @Test(arguments: 1...12) func `random bytes neither crash nor grow`(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let decoder = LSLDriver.make(DriverSetup(category: .neuro))
    let board = DeviceBoard(name: "noise")
    let port = DevicePort(board: board)
    var frames = FrameBuffer(framer: decoder.framer)
    var now = LSLBench.start
    decoder.decoder.linkOpened(at: now, port: port)
    for round in 0..<120 {
      now = now.advanced(by: .milliseconds(10))
      let bytes = Self.noise(round, &random)
      frames.feed(
        bytes, count: min(bytes.count, FrameBuffer.mostFed),
        frame: { decoder.decoder.decode($0, at: now, port: port) },
        skip: { decoder.decoder.skipped($0, $1, at: now, port: port) })
      while let due = decoder.decoder.nextWake, due <= now {
        decoder.decoder.wake(at: due, port: port)
        #expect(decoder.decoder.nextWake.map { $0 > due } ?? true)
      }
      _ = port.takeOutbox()
      if round % 20 == 19 {
        decoder.decoder.linkLost(at: now, port: port)
        decoder.decoder.linkOpened(at: now, port: port)
      }
    }
    decoder.decoder.farewell(at: now, port: port)
  }

  @Test(arguments: 1...12) func `a sender of absurd times neither crashes nor hangs`(
    seed: UInt64
  ) throws {
    var random = SeededRandom(seed: seed)
    let device = AbsurdOutlet(rate: [0, 0.001, 0.5, 250, 1_000_000][Int(seed % 5)])
    let driver = LSLDriver.make(DriverSetup(category: .neuro))
    let port = DevicePort(board: DeviceBoard(name: "absurd"))
    var now = LSLBench.start
    driver.decoder.linkOpened(at: now, port: port)
    for _ in 0..<3000 {
      for bytes in port.takeOutbox().flatMap({ device.answer($0, &random) }) {
        bytes.withUnsafeBytes { driver.decoder.decode($0.bytes, at: now, port: port) }
      }
      now = now.advanced(by: Int64(random.next() % 300_000_000))
      while let due = driver.decoder.nextWake, due <= now {
        driver.decoder.wake(at: due, port: port)
        #expect(driver.decoder.nextWake.map { $0 > due } ?? true)
      }
      for bytes in device.samples(&random) {
        bytes.withUnsafeBytes { driver.decoder.decode($0.bytes, at: now, port: port) }
      }
    }
    driver.decoder.farewell(at: now, port: port)
    #expect(port.isAnnounced)
  }

  /// Damaged pieces of a real conversation between plain noise.
  private static func noise(_ round: Int, _ random: inout SeededRandom) -> [UInt8] {
    var settings = LSLOutletSettings()
    settings.channelCount = 1 + Int(random.next() % 4)
    let outlet = VirtualLSLOutlet(settings)
    outlet.connected(at: LSLBench.start)
    outlet.receive(LSLEnvelope.encode(.info), at: LSLBench.start)
    var bytes = outlet.takeOutput()
    var reader = LSLEnvelopeReader()
    let info = reader.take(bytes).filter { $0.kind == .info }.flatMap(\.payload)
    let uid = LSLElementReader.read(info).flatMap(LSLStreamInfo.init)?.uid ?? ""
    if round % 3 > 0 {
      outlet.receive(
        LSLEnvelope.encode(.feed, Array("LSL:streamfeed/110 \(uid)\r\n\r\n".utf8)),
        at: LSLBench.start)
      outlet.advance(to: LSLBench.start.advanced(by: .milliseconds(20)))
      bytes += outlet.takeOutput()
    }
    for _ in 0..<random.next() % 4 {
      bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
    }
    if round % 7 == 6 {
      let kind = LSLEnvelope.Kind(rawValue: UInt8(1 + random.next() % 5)) ?? .feed
      bytes += LSLEnvelope.encode(
        kind, (0..<random.next() % 300).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }
    return bytes
  }
}
