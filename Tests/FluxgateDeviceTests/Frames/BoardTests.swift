import FluxgateSignal
import FluxgateSimulation
import Testing

@testable import FluxgateDevice

/// Virtual boards read through their profiles: stored + lost = sent, whatever goes wrong.
struct BoardTests {
  private static func settings(
    _ model: BoardModel, _ faults: [InjectedFault] = [], seed: UInt64 = 4
  ) -> VirtualCyton.Settings {
    var settings = VirtualCyton.Settings()
    settings.model = model
    settings.seed = seed
    settings.faults = faults
    return settings
  }

  private static func drops(_ count: Int, after: Int64) -> [InjectedFault] {
    Array(repeating: InjectedFault(after: after, kind: .dropFrame), count: count)
  }

  @Test(arguments: BoardModel.allCases) func `a sound line gives every row`(model: BoardModel)
    throws
  {
    let bench = try FrameBench(Self.settings(model), seconds: 5)
    try bench.expectComplete()
    #expect(try bench.eeg.lost == 0)
    #expect(bench.board.bytesDamaged == 0)
    #expect(try bench.eeg.numbers.count >= Int(model.framesPerSecond) * 4 / model.framesPerRow)
  }

  @Test(arguments: BoardModel.allCases, [1, 7])
  func `how reads are cut changes nothing`(model: BoardModel, most: Int) throws {
    let settings = Self.settings(
      model,
      [
        InjectedFault(after: .milliseconds(500), kind: .corruptFrame),
        InjectedFault(after: .milliseconds(900), kind: .dropFrame),
      ])
    let whole = try FrameBench(settings, seconds: 1.5)
    let cut = try FrameBench(settings, seconds: 1.5, mostPerRead: most)
    #expect(try whole.eeg.rows == cut.eeg.rows)
    #expect(try whole.eeg.numbers == cut.eeg.numbers)
    #expect(try whole.eeg.gaps == cut.eeg.gaps)
    try cut.expectComplete()
  }

  @Test(arguments: BoardModel.allCases)
  func `dropped and damaged frames are lost rows, counted exactly`(model: BoardModel) throws {
    let bench = try FrameBench(
      Self.settings(
        model,
        Self.drops(3, after: .milliseconds(500))
          + [
            InjectedFault(after: .milliseconds(1500), kind: .corruptFrame),
            InjectedFault(after: .milliseconds(2500), kind: .dropFrame),
          ]), seconds: 5)
    try bench.expectComplete()
    #expect(try bench.eeg.lost == UInt64(bench.device.truth[0].withheld.count))
    #expect(try bench.eeg.lost >= 3)
    #expect(bench.board.bytesDamaged > 0)
  }

  @Test(arguments: [256, 512, 1000], [0, Int64.milliseconds(16)])
  func `whole rounds of the counter are counted`(count: Int, lump: Int64) throws {
    var settings = Self.settings(.cyton, Self.drops(count, after: .seconds(6)))
    settings.lump = lump
    let bench = try FrameBench(settings, seconds: 12)
    try bench.expectComplete(under: lump > 0 ? 4 : 0)
    #expect(try bench.eeg.lost == UInt64(count))
  }

  @Test func `a loss of whole rounds is no false pair`() throws {
    let bench = try FrameBench(
      Self.settings(.cytonDaisy, Self.drops(255, after: .milliseconds(6002))), seconds: 12)
    try bench.expectComplete()
    #expect(try bench.eeg.lost == UInt64(bench.device.truth[0].withheld.count))
  }

  @Test(arguments: BoardModel.allCases)
  func `a silence without a restart is counted`(model: BoardModel) throws {
    let bench = try FrameBench(
      Self.settings(
        model, [InjectedFault(after: .seconds(4), kind: .stall(duration: .milliseconds(3900)))]),
      seconds: 9)
    try bench.expectComplete()
    #expect(try bench.eeg.lost == UInt64(bench.device.truth[0].withheld.count))
    #expect(try bench.eeg.lost > 200)
  }

  @Test(arguments: [BoardModel.adsBoard, .freeEEG32])
  func `a pulled cable is counted by boards that go on`(model: BoardModel) throws {
    let bench = try FrameBench(
      Self.settings(
        model, [InjectedFault(after: .seconds(5), kind: .unplug(duration: .milliseconds(1700)))]),
      seconds: 14)
    try bench.expectComplete()
    #expect(try bench.eeg.gaps.contains { $0.reason == .linkLost && $0.missing > 500 })
    #expect(try bench.events(.link).map(\.label) == ["link lost", "link opened"])
  }

  @Test(arguments: [BoardModel.cyton, .cytonDaisy])
  func `a board that has to be started is started again after a pulled cable`(model: BoardModel)
    throws
  {
    let bench = try FrameBench(
      Self.settings(
        model, [InjectedFault(after: .seconds(5), kind: .unplug(duration: .milliseconds(1700)))]),
      seconds: 14)
    let rate = Double(model.framesPerSecond) / Double(model.framesPerRow)
    let found = try bench.eeg
    let reasons = found.gaps.map(\.reason)
    #expect(reasons.contains(.linkLost))
    // The board stood still for a moment, so its rows and the host's clock differ by that moment.
    let sent = UInt64(bench.device.truth[0].rowCount)
    let accounted = UInt64(found.numbers.count) + found.lost
    #expect(accounted >= sent && accounted <= sent + UInt64(rate * 0.6))
    #expect(found.numbers.count > Int(rate * 11))
  }

  @Test(arguments: [BoardModel.cyton, .cytonDaisy])
  func `a board that started anew is found silent and started`(model: BoardModel) throws {
    let bench = try FrameBench(
      Self.settings(model, [InjectedFault(after: .seconds(5), kind: .reboot)]), seconds: 14)
    let found = try bench.eeg
    #expect(found.gaps.map(\.reason).contains(.deviceReset))
    #expect(try bench.events(.link).map(\.label) == ["silent"])
    let rows = found.rows.count / (4 * bench.device.truth[0].channelCount)
    #expect(rows == bench.device.truth[0].rowCount)
    #expect(found.rows == bench.device.truth[0].rows)
  }

  @Test(arguments: BoardModel.allCases) func `lumps of the bridge chip lose nothing`(
    model: BoardModel
  ) throws {
    var settings = Self.settings(model)
    settings.lump = .milliseconds(16)
    settings.clockErrorPartsPerMillion = 60
    let bench = try FrameBench(settings, seconds: 6)
    try bench.expectComplete(under: 16)
    #expect(try bench.eeg.lost == 0)
  }

  @Test func `inputs on their rails are events at both edges`() throws {
    let bench = try FrameBench(Self.settings(.cyton), seconds: 5)
    #expect(
      try bench.events(.sensorState) == [
        .init(label: "ch5 railed", sample: 500, duration: 0, value: 1),
        .init(label: "ch5 railed", sample: 500, duration: 50, value: 0),
        .init(label: "ch2 railed", sample: 750, duration: 0, value: 1),
        .init(label: "ch2 railed", sample: 750, duration: 25, value: 0),
      ])
  }

  @Test func `a span that outlasts the recording ends with it`() throws {
    let bench = try FrameBench(Self.settings(.adsBoard), seconds: 1.2)
    let told = try bench.events(.sensorState).filter { $0.label == "ch3 positive lead off" }
    let last = Int64(bench.device.truth[0].rowCount)
    #expect(told.map(\.sample) == [500, 500])
    #expect(told.map(\.duration) == [0, last - 500])
  }

  @Test func `the pins of the chip are events`() throws {
    let bench = try FrameBench(Self.settings(.adsBoard), seconds: 3.5)
    let pulses = try bench.events(.sensorState).filter { $0.label == "gpio1" && $0.value == 0 }
    #expect(pulses.map(\.sample) == [0, 500, 1000, 1500])
    #expect(pulses.map(\.duration) == [50, 50, 50, 50])
  }

  @Test(arguments: [BoardModel.cyton, .cytonDaisy])
  func `accelerations come when there are new ones`(model: BoardModel) throws {
    let bench = try FrameBench(Self.settings(model), seconds: 4)
    let rows = bench.integers(try bench["accelerometer"]).map { Array($0.dropFirst()) }
    #expect(rows == bench.device.accelerations)
    #expect(rows.count >= 90)
    let times = bench.integers(try bench["accelerometer"]).map { $0[0] }
    #expect(times == times.sorted())
  }

  @Test func `time-stamped frames give the board's clock`() throws {
    let bench = try FrameBench(Self.settings(.cyton), seconds: 3) { profile in
      profile.startup?.steps.insert(.send(Array("<".utf8)), at: 4)
    }
    try bench.expectComplete()
    let rows = bench.integers(try bench["timed_acceleration"])
    #expect(rows.count == bench.device.truth[0].rowCount)
    // 250 rows a second: every fourth millisecond.
    #expect(zip(rows, rows.dropFirst()).allSatisfy { $1[4] - $0[4] == 4 })
    #expect(bench.integers(try bench["accelerometer"]).isEmpty)
    // The axis' letter, X, Y and Z in turn, where there is a new value.
    #expect(Set(rows.map { $0[2] }) == [0, 0x58, 0x59, 0x5A])
  }

  @Test func `a dongle without a board is refused in clear words`() throws {
    var settings = Self.settings(.cyton)
    settings.hasBoard = false
    let bench = try FrameBench(settings, seconds: 20)
    guard case .unsupported(let what) = bench.refusal else {
      Issue.record("\(String(describing: bench.refusal))")
      return
    }
    #expect(what.contains("switch the board on"))
    #expect(bench.streams.isEmpty)
  }

  @Test func `a Daisy under the smaller profile is refused, and the other way round`() throws {
    let name = FrameBench.profile
    for (model, other) in [(BoardModel.cyton, BoardModel.cytonDaisy), (.cytonDaisy, .cyton)] {
      let startup = try FrameProfiles.named(name(other)).startup
      let bench = try FrameBench(Self.settings(model), seconds: 20) { $0.startup = startup }
      guard case .unsupported(let what) = bench.refusal else {
        Issue.record("\(String(describing: bench.refusal))")
        continue
      }
      #expect(what.contains("use the profile \(name(model))"))
    }
  }

  @Test func `a board that says nothing is refused as silent`() throws {
    let bench = try FrameBench(
      Self.settings(
        .freeEEG32, [InjectedFault(after: 0, kind: .stall(duration: .seconds(60)))]), seconds: 30)
    #expect(bench.refusal == .silent(seconds: 5))
  }

  @Test func `frames after a refusal start nothing`() throws {
    let profile = try FrameProfiles.named("openbci-cyton")
    let driver = DriverTable.make(profile, DriverSetup(category: .neuro))
    let port = DevicePort(board: DeviceBoard(name: "t"))
    let now = HostTime(nanoseconds: 0)
    driver.decoder.linkOpened(at: now, port: port)
    var frames = FrameBuffer(framer: driver.framer)
    let example = try #require(profile.examples.first).bytes
    let bytes = Array("Failure: no board$$$".utf8) + example + example
    frames.feed(
      bytes, count: bytes.count, frame: { driver.decoder.decode($0, at: now, port: port) },
      skip: { driver.decoder.skipped($0, $1, at: now, port: port) })
    #expect(port.board.state == .refused)
    #expect(!port.isAnnounced)
  }

  @Test func `the firmware's name reaches the identity, and the farewell the board`() throws {
    let bench = try FrameBench(Self.settings(.cyton), seconds: 2)
    #expect(bench.board.announcement?.identity.firmware == "v3.1.1")
    #expect(bench.device.isStreaming)
    let profile = try FrameProfiles.named("openbci-cyton")
    let driver = DriverTable.make(profile, DriverSetup(category: .neuro))
    let port = DevicePort(board: DeviceBoard(name: "t"))
    driver.decoder.farewell(at: HostTime(nanoseconds: 0), port: port)
    #expect(port.outbox == [Array("s".utf8)])
  }

  /// Through the whole driver, before and after its start-up: no crash, and no more kept than a ring.
  @Test(arguments: BoardModel.allCases) func `random bytes end nothing`(model: BoardModel) throws {
    var profile = try FrameProfiles.named(FrameBench.profile(model))
    let sync = try #require(profile.examples.first?.bytes)
    for seed in 0..<6 {
      var random = SeededRandom(seed: UInt64(seed))
      if seed % 2 == 1 { profile.startup = nil }
      let driver = DriverTable.make(profile, DriverSetup(category: .neuro))
      let port = DevicePort(board: DeviceBoard(name: "t"))
      var frames = FrameBuffer(framer: driver.framer)
      var now = HostTime(nanoseconds: 0)
      driver.decoder.linkOpened(at: now, port: port)
      for _ in 0..<300 {
        let noise = (0..<Int(random.next() % 90)).map { _ in UInt8(random.next() & 0xFF) }
        let bytes = random.next() % 3 == 0 ? noise + sync : noise
        now = now.advanced(by: Int64(random.next() % 400_000_000))
        frames.feed(
          bytes, count: bytes.count,
          frame: { driver.decoder.decode($0, at: now, port: port) },
          skip: { driver.decoder.skipped($0, $1, at: now, port: port) })
        while let due = driver.decoder.nextWake, due <= now {
          driver.decoder.wake(at: due, port: port)
        }
        #expect(port.takeOutbox().count < 1000)
      }
      driver.decoder.linkLost(at: now, port: port)
    }
  }
}
