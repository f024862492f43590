import FluxgateSignal
import FluxgateSimulation
import Testing

@testable import FluxgateDevice

struct DexcomDecoderTests {
  static let streams = [
    "egv", "sensor", "calibration", "calibration_points", "insertion", "meter", "user_event",
    "settings",
  ]

  /// Every row the device made was stored, bit for bit and once.
  private func expectWhole(_ bench: DexcomBench) {
    for stream in Self.streams {
      let truth = bench.truth(stream)
      #expect(!truth.isEmpty)
      let isSame = bench.rows[stream] == truth
      #expect(isSame, "\(stream): \(bench.rows[stream]?.count ?? 0) of \(truth.count) rows")
      #expect(bench.gaps[stream] == nil, "\(stream)")
    }
  }

  @Test func `history and new readings are all stored, once and as made`() throws {
    let bench = DexcomBench(VirtualDexcom(seed: 3, historyHours: 30), length: .seconds(2465))
    try bench.run()
    expectWhole(bench)
    #expect(bench.rows["egv"]?.count ?? 0 > 360)
    #expect(bench.device.truth.first { $0.name == "egv" }?.rowCount == bench.rows["egv"]?.count)
  }

  @Test func `the device says who it is, by its last manufacturing record`() throws {
    let bench = DexcomBench(VirtualDexcom(seed: 5), length: .seconds(5))
    try bench.run()
    let identity = bench.board.announcement?.identity
    #expect(identity?.serial == "SM10000005")
    #expect(identity?.model == "Dexcom G4 Receiver")
    #expect(identity?.firmware == "2.0.1.104")
    let clock = try #require(bench.named("clock").first)
    #expect(clock["system_seconds"] == clock["rtc_seconds"].map { $0 + 126_467_628 })
  }

  @Test func `only requests that read are ever sent`() throws {
    let bench = DexcomBench(VirtualDexcom(seed: 3), length: .seconds(200))
    try bench.run()
    let reading: Set<UInt8> = [10, 11, 15, 16, 17, 18, 29, 31, 33, 34, 35, 48]
    #expect(!bench.device.requestCounts.isEmpty)
    #expect(Set(bench.device.requestCounts.keys).isSubset(of: reading))
  }

  @Test func `codes of the receiver never stand as glucose`() throws {
    let bench = DexcomBench(VirtualDexcom(seed: 9, historyHours: 24), length: .seconds(20))
    try bench.run()
    let rows = bench.named("egv")
    #expect(rows.contains { $0["glucose_state"] == 3 && $0["special_code"] == 12 })
    for row in rows {
      let glucose = try #require(row["glucose"])
      #expect(glucose == .min || (40...400).contains(glucose))
      #expect((glucose == .min) == (row["glucose_state"] != 0))
      #expect((row["raw_word"] ?? 0) & 0x3FF > 0)
    }
  }

  @Test(arguments: [1, 7, 64, 533]) func `reads cut anywhere give the same`(_ most: Int) throws {
    let bench = DexcomBench(
      VirtualDexcom(seed: 4), length: .seconds(665), mostPerRead: most)
    try bench.run()
    expectWhole(bench)
  }

  @Test func `a second recording adds only what is new`() throws {
    let first = DexcomBench(VirtualDexcom(seed: 6, historyHours: 20), length: .seconds(10))
    try first.run()
    let newest = Dictionary(
      uniqueKeysWithValues: Self.streams.map { ($0, first.numbers($0).last) })
    let setup = DriverSetup(category: .glucose) { serial, stream in
      serial == "SM10000006" ? newest[stream] ?? nil : nil
    }
    let second = DexcomBench(
      VirtualDexcom(seed: 6, historyHours: 20), length: .seconds(3665), setup: setup)
    try second.run()
    for stream in Self.streams {
      let all = second.truth(stream)
      let known = first.rows[stream]?.count ?? 0
      #expect(second.rows[stream] ?? [] == Array(all[known...]), "\(stream)")
      #expect(second.gaps[stream] == nil)
    }
    #expect(second.rows["egv"]?.count == 13)
  }

  @Test func `records overwritten before they were read are counted`() throws {
    let setup = DriverSetup(category: .glucose) { _, stream in stream == "egv" ? 400 : nil }
    let bench = DexcomBench(VirtualDexcom(seed: 6), length: .seconds(10), setup: setup)
    try bench.run()
    #expect(bench.rows["egv"] == bench.truth("egv"))
    // Pages 0...11 of 38 records are gone: records 401...455.
    #expect(
      bench.gaps["egv"] == [DexcomBench.Gap(sample: 55, reason: .serverOverrun, missing: 55)])
  }

  @Test func `an erased memory is read from its start`() throws {
    let setup = DriverSetup(category: .glucose) { _, stream in stream == "egv" ? 900_000 : nil }
    let bench = DexcomBench(VirtualDexcom(seed: 6), length: .seconds(10), setup: setup)
    try bench.run()
    #expect(bench.rows["egv"] == bench.truth("egv"))
    #expect(bench.gaps["egv"]?.map(\.reason) == [.deviceReset])
  }

  @Test(arguments: [
    InjectedFault.Kind.dropFrame, .corruptFrame, .reboot, .unplug(duration: .seconds(7)),
    .stall(duration: .milliseconds(2500)), .stall(duration: .seconds(40)),
  ])
  func `a fault on the line loses nothing and gives nothing twice`(
    _ kind: InjectedFault.Kind
  ) throws {
    // The first round takes 0.9 s at this pace: the fault meets every one of its requests.
    for step in 0..<40 {
      let fault = InjectedFault(after: .milliseconds(Int64(step) * 22), kind: kind)
      let device = VirtualDexcom(
        seed: UInt64(step), replyDelay: .milliseconds(12), faults: [fault])
      let bench = DexcomBench(device, length: .seconds(390))
      try bench.run()
      expectWhole(bench)
    }
  }

  @Test func `fault upon fault`() throws {
    var random = SeededRandom(seed: 17)
    for seed in 0..<12 {
      let faults = (0..<30).map { _ in
        let kinds: [InjectedFault.Kind] = [
          .dropFrame, .corruptFrame, .corruptFrame, .reboot, .unplug(duration: .seconds(3)),
          .stall(duration: .milliseconds(1700)),
        ]
        return InjectedFault(
          after: Int64(random.next() % UInt64(Int64.seconds(400))),
          kind: kinds[Int(random.next() % UInt64(kinds.count))])
      }
      let bench = DexcomBench(
        VirtualDexcom(
          seed: UInt64(seed), historyHours: 12, replyDelay: .milliseconds(4), faults: faults),
        length: .seconds(720), mostPerRead: 100)
      try bench.run()
      expectWhole(bench)
    }
  }

  @Test func `a page that stays damaged is counted to the record`() throws {
    // Page 13 of the glucose partition holds records 494...531.
    let bench = DexcomBench(
      VirtualDexcom(seed: 2, historyHours: 12, brokenPages: [4: [13]]), length: .seconds(10))
    try bench.run()
    let truth = bench.truth("egv")
    #expect(bench.rows["egv"] == truth.filter { !(494...531).contains($0[0]) })
    #expect(
      bench.gaps["egv"] == [DexcomBench.Gap(sample: 76, reason: .corrupted, missing: 38)])
    #expect(bench.device.truth.first { $0.name == "egv" }?.withheld.count == 38)
    #expect(UInt64(bench.rows["egv"]?.count ?? 0) + bench.lost("egv") == UInt64(truth.count))
  }

  @Test func `first pages that stay damaged are counted too`() throws {
    let bench = DexcomBench(
      VirtualDexcom(seed: 2, historyHours: 12, brokenPages: [4: [12, 13]]),
      length: .seconds(10))
    try bench.run()
    let isSame = bench.rows["egv"] == bench.truth("egv").filter { $0[0] >= 532 }
    #expect(isSame)
    #expect(bench.gaps["egv"] == [DexcomBench.Gap(sample: 76, reason: .corrupted, missing: 76)])
  }

  @Test func `new records are asked for as often as the profile says`() throws {
    let setup = DriverSetup(category: .glucose, settings: ["poll_seconds": "2"])
    let device = VirtualDexcom(seed: 2, historyHours: 0, readingInterval: .seconds(7))
    let bench = DexcomBench(device, length: .seconds(115), setup: setup)
    try bench.run()
    expectWhole(bench)
    #expect(bench.rows["sensor"]?.count == 16)
    #expect(bench.rows["clock"]?.count ?? 0 > 45)
  }

  @Test func `another receiver on the same line is refused`() throws {
    let clock = BenchClock(end: HostTime(nanoseconds: 1_000_000_100_000_000_000))
    let pulled = InjectedFault(after: .seconds(20), kind: .unplug(duration: .seconds(900)))
    let first = VirtualDexcom(seed: 1, faults: [pulled])
    let second = VirtualDexcom(seed: 2)
    let board = DeviceBoard(name: "bench")
    let acquisition = Acquisition(
      driver: DexcomDriver.make(DriverSetup(category: .glucose)), board: board,
      open: BenchTransport.opener(second, clock: clock))
    let link = try BenchTransport(device: first, clock: clock)
    acquisition.run(link: link, until: StopFlag(), pause: { _ in })
    #expect(
      board.refusals.all == [.notThisDevice(expected: "SM10000001", found: "SM10000002")])
  }

  @Test func `records that stay damaged are counted one by one`() throws {
    let bench = DexcomBench(
      VirtualDexcom(seed: 2, brokenRecords: [4: [456, 470, 471], 10: [3]]), length: .seconds(10))
    try bench.run()
    let truth = bench.truth("egv")
    #expect(bench.rows["egv"] == truth.filter { ![456, 470, 471].contains($0[0]) })
    #expect(bench.lost("egv") == 3)
    #expect(bench.lost("meter") == 1)
    #expect(bench.gaps["egv"]?.allSatisfy { $0.reason == .corrupted } == true)
  }

  @Test func `a revision nobody knows is refused, not guessed`() throws {
    var page = [UInt8](repeating: 0xFF, count: 528)
    page.replaceSubrange(0..<26, with: [UInt8](repeating: 0, count: 26))
    page[4] = 1
    page[8] = 4
    page[9] = 77
    let check = CRC16.xmodem(Array(page[0..<26]))
    page[26] = UInt8(check & 0xFF)
    page[27] = UInt8(check >> 8)
    let bench = DexcomBench(VirtualDexcom(pages: [page]), length: .seconds(130))
    try bench.run()
    #expect(bench.rows["egv"] ?? [] == [])
    let messages = bench.named("events").filter {
      $0["kind"] == EventKind.deviceMessage.rawValue
    }
    #expect(messages.count == 1)
    #expect(messages.first?["value"] == 77)
    let label = messages.first?["label"].map { bench.board.labels.all[Int($0)] }
    #expect(label == "dexcom egv revision is not known")
  }

  @Test func `random bytes never stop the driver`() {
    var random = SeededRandom(seed: 23)
    for _ in 0..<200 {
      let driver = DexcomDriver.make(DriverSetup(category: .glucose))
      let port = DevicePort(board: DeviceBoard(name: "noise"))
      var now = HostTime(nanoseconds: .seconds(1))
      driver.decoder.linkOpened(at: now, port: port)
      for _ in 0..<200 {
        let count = [6, 10, 14, 34, 534, 90][Int(random.next() % 6)]
        var frame = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() % 5) }
        frame[3] = 1
        driver.decoder.decode(frame.span.bytes, at: now, port: port)
        if let wake = driver.decoder.nextWake {
          now = wake
          driver.decoder.wake(at: now, port: port)
        }
      }
    }
  }

  @Test func `a line that says nothing is refused after a minute`() throws {
    let stall = InjectedFault(after: 0, kind: .stall(duration: .seconds(1000)))
    let bench = DexcomBench(VirtualDexcom(seed: 1, faults: [stall]), length: .seconds(200))
    try bench.run()
    #expect(bench.board.state == .refused)
    guard case .silent(let seconds)? = bench.board.refusals.all.first else {
      Issue.record("no refusal")
      return
    }
    #expect((60...70).contains(seconds))
  }
}
