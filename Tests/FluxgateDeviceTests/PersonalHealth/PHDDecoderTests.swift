import FluxgateSignal
import FluxgateSimulation
import Testing

@testable import FluxgateDevice

struct PHDDecoderTests {
  private func monitor(
    seed: UInt64 = 1, confirms: Bool = true, faults: [InjectedFault] = []
  ) -> VirtualAgent.Settings {
    var settings = VirtualAgent.Settings()
    settings.kind = .monitor
    settings.seed = seed
    settings.interval = .seconds(5)
    settings.confirmsReports = confirms
    settings.faults = faults
    return settings
  }

  private func meter(seed: UInt64 = 1, faults: [InjectedFault] = []) -> VirtualAgent.Settings {
    var settings = VirtualAgent.Settings()
    settings.seed = seed
    settings.faults = faults
    return settings
  }

  /// Every row that was sent was stored, once and as sent.
  private func expectWhole(_ bench: PHDBench, _ stream: String, atLeast count: Int) {
    let truth = bench.truth(stream)
    let rows = bench.rows[stream] ?? []
    #expect(rows.count >= count)
    let isSame = bench.values(rows) == bench.values(Array(truth.prefix(rows.count)))
    #expect(isSame)
    #expect(bench.lost(stream) == 0)
    for (row, made) in zip(rows, truth) { #expect(abs(row[14] - made[14]) <= 20_000_000) }
  }

  @Test(arguments: [false, true]) func `a meter's store is read whole, and what is added to it`(
    _ isMolar: Bool
  ) throws {
    var settings = meter(seed: 3)
    settings.isMolar = isMolar
    let bench = PHDBench(settings, length: .seconds(400))
    try bench.run()
    expectWhole(bench, "stored_observations", atLeast: 46)
    #expect(bench.rows["stored_observations"]?.allSatisfy { $0[15] == 1 } == true)
    let identity = bench.board.announcement?.identity
    #expect(identity?.maker == "Nobody")
    #expect(identity?.model == "Agent 1")
    #expect(identity?.firmware == "1.4.2")
    #expect(identity?.serial == "020000FFFE000003")
    let states = bench.events(.sensorState)
    #expect(states.contains { $0.label == "battery percent" && $0.value == 81 })
    #expect(states.count { $0.label == "agent wall clock ms" } == 1)
  }

  @Test(arguments: [true, false]) func `a monitor's reports are all stored`(
    _ confirms: Bool
  ) throws {
    let bench = PHDBench(monitor(confirms: confirms), length: .seconds(602))
    try bench.run()
    #expect(bench.rows["observations"]?.count == 240)
    expectWhole(bench, "observations", atLeast: 240)
  }

  @Test func `marks and invalid values never stand as glucose`() throws {
    let bench = PHDBench(meter(seed: 8), length: .seconds(20))
    try bench.run()
    let rows = bench.rows["stored_observations"] ?? []
    #expect(Set(rows.map { $0[7] }) == [0, 1, 2, 3, 4, 5])
    #expect(rows.contains { $0[7] == 0 && $0[8] == 0x8000 })
    for row in rows {
      #expect((row[10] != .min) == (row[7] == 0 && row[8] == 0))
      #expect(row[10] == .min || (40_000_000...400_000_000).contains(row[10]))
    }
  }

  @Test func `only reads and confirmations are ever sent`() throws {
    let bench = PHDBench(meter(), length: .seconds(200))
    try bench.run()
    #expect(bench.agent.questions == [0x0103, 0x0C0D, 0x0C1C])
  }

  @Test(arguments: [1, 3, 64]) func `reads cut anywhere give the same`(_ most: Int) throws {
    let whole = PHDBench(meter(seed: 4), length: .seconds(200))
    try whole.run()
    let cut = PHDBench(meter(seed: 4), length: .seconds(200), mostPerRead: most)
    try cut.run()
    #expect(whole.rows["stored_observations"]?.count ?? 0 > 40)
    #expect(cut.rows == whole.rows)
    let reports = PHDBench(monitor(), length: .seconds(100), mostPerRead: most)
    try reports.run()
    expectWhole(reports, "observations", atLeast: 38)
  }

  @Test(arguments: [InjectedFault.Kind.dropFrame, .corruptFrame])
  func `lost reports without confirmations are counted exactly`(
    _ kind: InjectedFault.Kind
  ) throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let faults = [31, 52, 53, 77].map { InjectedFault(after: .seconds($0), kind: kind) }
      let settings = monitor(seed: seed, confirms: false, faults: faults)
      let bench = PHDBench(settings, length: .seconds(152))
      try bench.run()
      let truth = bench.truth("observations")
      let withheld = bench.withheld("observations")
      let arrived = truth.filter { !withheld.contains(UInt64($0[0])) }
      #expect(withheld.count >= 4)
      #expect(bench.lost("observations") == UInt64(withheld.count))
      #expect(bench.gaps["observations"]?.allSatisfy { $0.reason == .counterGap } == true)
      #expect(bench.values(bench.rows["observations"] ?? []) == bench.values(arrived))
    }
  }

  @Test(arguments: [
    InjectedFault.Kind.dropFrame, .corruptFrame, .reboot, .unplug(duration: .seconds(7)),
    .stall(duration: .milliseconds(2500)), .stall(duration: .seconds(40)),
  ])
  func `a fault at any moment loses nothing that is confirmed`(
    _ kind: InjectedFault.Kind
  ) throws {
    for step in 0..<30 {
      let seed = UInt64(step)
      let fault = InjectedFault(after: .milliseconds(Int64(step) * 1900), kind: kind)
      let stored = PHDBench(meter(seed: seed, faults: [fault]), length: .seconds(300))
      try stored.run()
      expectWhole(stored, "stored_observations", atLeast: 44)
      let live = PHDBench(monitor(seed: seed, faults: [fault]), length: .seconds(202))
      try live.run()
      expectWhole(live, "observations", atLeast: 70)
    }
  }

  @Test func `reports that come twice are stored once`() throws {
    var settings = monitor()
    settings.repeatsEvery = 4
    let bench = PHDBench(settings, length: .seconds(302))
    try bench.run()
    expectWhole(bench, "observations", atLeast: 120)
    #expect(bench.events(.deviceMessage).count { $0.label == "report came twice" } == 15)
  }

  @Test func `an agent that ends the association is associated anew`() throws {
    var settings = monitor()
    settings.aborts = [.seconds(21), .seconds(43)]
    let bench = PHDBench(settings, length: .seconds(102))
    try bench.run()
    expectWhole(bench, "observations", atLeast: 38)
    #expect(bench.events(.link).filter { $0.label == "agent aborted" }.map(\.value) == [2, 2])
    // Numbers begin anew: that nothing was lost between is not known, and not said.
    #expect(bench.gaps["observations"]?.map(\.reason) == [.linkLost, .linkLost])
  }

  @Test func `a second recording adds only what is new`() throws {
    let first = PHDBench(meter(seed: 6), length: .seconds(20))
    try first.run()
    let newest = first.rows["stored_observations"]?.last?[0]
    let setup = DriverSetup(category: .glucose) { serial, stream in
      serial == "020000FFFE000006" && stream == "stored_observations" ? newest : nil
    }
    let second = PHDBench(meter(seed: 6), length: .seconds(170), setup: setup)
    try second.run()
    let rows = second.rows["stored_observations"] ?? []
    #expect(
      second.values(rows) == second.values(Array(second.truth("stored_observations")[40..<42])))
    #expect(second.lost("stored_observations") == 0)
  }

  @Test func `a line that says nothing is refused after a minute`() throws {
    let stall = InjectedFault(after: 0, kind: .stall(duration: .seconds(1000)))
    let bench = PHDBench(meter(faults: [stall]), length: .seconds(200))
    try bench.run()
    #expect(bench.board.state == .refused)
    guard case .silent(let seconds)? = bench.board.refusals.all.first else {
      Issue.record("no refusal")
      return
    }
    #expect((60...70).contains(seconds))
  }

  @Test func `random messages never stop the driver`() {
    var random = SeededRandom(seed: 29)
    for _ in 0..<200 {
      let driver = PHDDriver.make(DriverSetup(category: .glucose))
      let port = DevicePort(board: DeviceBoard(name: "noise"))
      var now = HostTime(nanoseconds: .seconds(1))
      driver.decoder.linkOpened(at: now, port: port)
      for step in 0..<60 {
        var frame = Self.frame(step, &random)
        let count = frame.count - 4
        (frame[2], frame[3]) = (UInt8(count >> 8), UInt8(count & 0xFF))
        driver.decoder.decode(frame.span.bytes, at: now, port: port)
        _ = port.takeOutbox()
        if step % 9 == 0, let wake = driver.decoder.nextWake {
          now = wake
          driver.decoder.wake(at: now, port: port)
        }
      }
    }
  }

  /// An association, a configuration with a store, or a data message with anything in it.
  private static func frame(_ step: Int, _ random: inout SeededRandom) -> [UInt8] {
    if step % 12 == 0 { return Hex.bytes(PHDVectorTests.associationRequest) }
    if step % 12 == 1 {
      return Hex.bytes(
        """
        e7 00 00 00 00 2c 00 01 01 01 00 26 00 00 00 00 00 00 0d 1c 00 1c 40 00 00 02 00 16
        00 06 00 01 00 01 00 0a 0a 55 00 08 00 01 00 04 0a 4c 00 02 00 3d 00 03 00 00 00 00
        """)
    }
    let types: [UInt8] = [0x1C, 0x1D, 0x1E, 0x1F, 0x20, 0x21]
    let body = (0..<Int(random.next() % 60)).map { _ in UInt8(truncatingIfNeeded: random.next() % 4)
    }
    let size = UInt8(body.count)
    let choices: [[UInt8]] = [[1, 1], [1, 0], [2, 3], [2, 7], [3, 0]]
    let choice = choices[Int(random.next() % 5)]
    let invoke = UInt8(random.next() % 8)
    return [0xE7, 0, 0, 0, 0, size + 16, 0, invoke] + choice + [
      0, size + 10, 0, 0, 0, 0, 0, 0, 0x0D,
    ]
      + [types[Int(random.next() % 6)], 0, size] + body
  }

  @Test func `the framer finds every message behind noise`() {
    let good = Hex.bytes(PHDVectorTests.fixedReport)
    var random = SeededRandom(seed: 3)
    for _ in 0..<300 {
      let noise = (0..<Int(random.next() % 40)).map { _ in UInt8(truncatingIfNeeded: random.next())
      }
      let isQuiet = !noise.contains { (0xE2...0xE7).contains($0) }
      guard isQuiet else { continue }
      var frames = 0
      var skipped = 0
      var buffer = FrameBuffer(framer: PHDFramer(expectation: PHDExpectation()))
      let bytes = noise + good
      for byte in bytes {
        buffer.feed(
          [byte], count: 1, frame: { _ in frames += 1 }, skip: { count, _ in skipped += count })
      }
      #expect(frames == 1)
      #expect(skipped == noise.count)
    }
  }
}
