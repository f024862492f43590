import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import Testing

/// Hubs, datagrams, faster lines and the older dialect: stored + lost = sent in each.
@Suite struct TioDialectTests {
  private func settings(
    _ faults: [InjectedFault] = [], _ change: (inout VirtualTwinleaf.Settings) -> Void = { _ in }
  ) -> VirtualTwinleaf.Settings {
    var settings = VirtualTwinleaf.Settings()
    settings.faults = faults
    change(&settings)
    return settings
  }

  private static let everyFault: [InjectedFault] = [
    .init(after: .milliseconds(1345), kind: .dropFrame),
    .init(after: .milliseconds(1700), kind: .corruptFrame),
    .init(after: .milliseconds(2101), kind: .stall(duration: .milliseconds(700))),
    .init(after: .milliseconds(3500), kind: .unplug(duration: .milliseconds(1200))),
    .init(after: .milliseconds(7003), kind: .reboot),
  ]

  // MARK: - Hubs

  @Test("sensors behind a hub are streams of their own, by route", arguments: [true, false])
  func hub(bare: Bool) throws {
    let bench = try TwinleafBench(
      // TCP damages nothing.
      settings(Self.everyFault.filter { !bare || $0.kind != .corruptFrame }) {
        $0.sensorCount = 3
        $0.isBare = bare
      }, seconds: 9, framing: bare ? "packets" : "serial", also: ["routes": "/0 /1 /2"])
    try bench.expectComplete()
    let names = bench.streams.map(\.stream.description.name)
    #expect(names == ["0.field", "0.aux", "1.field", "1.aux", "2.field", "2.aux", "events"])
    #expect(bench.events.contains("2 device restarted"))
    #expect(!bench.events.contains("0 device restarted"))
    let resets = try ["0.field", "1.field", "2.field"].map { name in
      try bench[name].gaps.count { $0.reason == .deviceReset }
    }
    #expect(resets == [0, 0, 1])
    #expect(bench.board.announcement?.identity.serial == "SIM0042 + SIM0043 + SIM0044")
  }

  @Test("one route of a hub is read alone, a silent route is left out and said to be")
  func routes() throws {
    let one = try TwinleafBench(
      settings { $0.sensorCount = 2 }, seconds: 4, also: ["route": "/1"])
    #expect(one.streams.map(\.stream.description.name) == ["field", "aux", "events"])
    #expect(one.board.announcement?.identity.serial == "SIM0043")
    let silent = try TwinleafBench(
      settings { $0.sensorCount = 2 }, seconds: 13, also: ["routes": "/0 /5"])
    #expect(silent.streams.map(\.stream.description.name) == ["0.field", "0.aux", "events"])
    #expect(silent.events.contains("5 no answer"))
  }

  // MARK: - Datagrams

  @Test("doubled datagrams change nothing, late ones within the bound lose nothing")
  func orderly() throws {
    let bench = try TwinleafBench(
      settings {
        $0.isBare = true
        $0.network.doubledPerMille = 200
      }, seconds: 8, framing: "datagrams")
    try bench.expectComplete()
    #expect(try bench["field"].lost == 0 && bench["aux"].lost == 0)
  }

  @Test("lost, doubled and late datagrams add up", arguments: 1...6 as ClosedRange<UInt64>)
  func network(seed: UInt64) throws {
    let bench = try TwinleafBench(
      settings([.init(after: .milliseconds(3303), kind: .reboot)]) {
        $0.isBare = true
        $0.seed = seed
        $0.segmentSeconds = 2
        $0.network.lostPerMille = 30
        $0.network.doubledPerMille = 30
        $0.network.delayedPerMille = 60
        $0.network.span = .seconds(1) ..< .seconds(5)
      }, seconds: 6, framing: "datagrams")
    try bench.expectComplete()
    let field = try bench["field"]
    let withheld = bench.device.truth[0].withheld.count
    #expect(field.lost >= UInt64(withheld) && withheld > 0)
    #expect(zip(field.numbers, field.numbers.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("a datagram that was overtaken is put back in its place")
  func overtaken() throws {
    let bench = try TwinleafBench(
      settings {
        $0.isBare = true
        $0.seed = 3
        $0.network.delayedPerMille = 40
        $0.network.span = .seconds(1) ..< .seconds(5)
      }, seconds: 6, framing: "datagrams")
    try bench.expectComplete()
    // Overtaken by one or two of fifteen milliseconds each: back in place. By more: lost.
    let whole = try TwinleafBench(
      settings {
        $0.isBare = true
        $0.seed = 3
        $0.network.delayedPerMille = 40
        $0.network.span = .seconds(1) ..< .seconds(5)
      }, seconds: 6, framing: "packets")
    #expect(try bench["field"].lost < whole["field"].lost)
  }

  // MARK: - Rates

  private func rateEvents(_ bench: TwinleafBench) -> Int {
    bench.events.count { $0 == "line rate" }
  }

  @Test("a faster rate is agreed on and everything is stored")
  func rate() throws {
    let bench = try TwinleafBench(
      settings { $0.fastestRate = 1_000_000 }, seconds: 6, also: ["line-rate": "400000"])
    try bench.expectComplete()
    #expect(try bench["field"].lost == 0)
    #expect(bench.board.bytesDamaged == 0)
  }

  @Test("a rate that the device cannot come near is left alone")
  func farRate() throws {
    let bench = try TwinleafBench(
      settings { $0.fastestRate = 250_000 }, seconds: 4, also: ["line-rate": "921600"])
    try bench.expectComplete()
    #expect(try bench["field"].lost == 0)
    let unable = try TwinleafBench(settings(), seconds: 4, also: ["line-rate": "400000"])
    try unable.expectComplete()
    #expect(try unable["field"].lost == 0)
  }

  @Test("restarts and stalls on a fast line come back to the first rate and add up")
  func fallBack() throws {
    let bench = try TwinleafBench(
      settings(Self.everyFault) { $0.fastestRate = 1_000_000 }, seconds: 16,
      also: ["line-rate": "400000"])
    try bench.expectComplete()
    #expect(rateEvents(bench) >= 2)
    #expect(bench.events.contains("device restarted"))
    #expect(try bench["field"].gaps.contains { $0.reason == .deviceReset })
  }

  // MARK: - The older dialect

  @Test("the older dialect is read to the last sample, slow columns in a stream of their own")
  func legacy() throws {
    let bench = try TwinleafBench(settings { $0.dialect = .legacy }, seconds: 8)
    #expect(
      bench.streams.map(\.stream.description.name) == ["stream0", "stream0.every20", "events"])
    #expect(bench.streams.map(\.stream.description.rate).prefix(2) == [200, 10])
    let channels = bench.streams[0].stream.description.channels
    #expect(channels.map(\.name) == ["field.x", "field.y", "field.z"])
    #expect(channels.allSatisfy { $0.unit == "T" && $0.scale == 1e-12 })
    #expect(
      bench.streams[1].stream.description.channels.map(\.name)
        == ["cell.temperature", "cell.current"])
    #expect(bench.board.announcement?.identity.serial == "SIM0042")
    try expectLegacy(bench)
    #expect(bench.streams[0].lost == 0)
  }

  @Test("losses of the older dialect are exact in both streams", arguments: [1, 2])
  func legacyLosses(seed: UInt64) throws {
    let bench = try TwinleafBench(
      settings(Self.everyFault) {
        $0.dialect = .legacy
        $0.seed = seed
      }, seconds: 11)
    try expectLegacy(bench)
    #expect(bench.streams[0].lost > 300)
    let reasons = Set(bench.streams[0].gaps.map(\.reason))
    #expect(reasons.isSuperset(of: [.counterGap, .linkLost, .deviceReset]))
    #expect(bench.streams[1].gaps.contains { $0.reason == .deviceReset })
  }

  @Test("several sensors of the older dialect and datagrams go together")
  func legacyHub() throws {
    let bench = try TwinleafBench(
      settings {
        $0.dialect = .legacy
        $0.sensorCount = 2
        $0.isBare = true
        $0.network.lostPerMille = 20
        $0.network.doubledPerMille = 20
        $0.network.delayedPerMille = 20
        $0.network.span = .seconds(1) ..< .seconds(6)
      }, seconds: 8, framing: "datagrams", also: ["routes": "/0,/1"])
    try expectLegacy(bench)
    #expect(bench.streams.count == 5)
  }

  @Test("the older dialect does not depend on how reads are cut", arguments: [1, 7])
  func legacyCuts(most: Int) throws {
    let legacy = settings(Self.everyFault) { $0.dialect = .legacy }
    let whole = try TwinleafBench(legacy, seconds: 9)
    let cut = try TwinleafBench(legacy, seconds: 9, mostPerRead: most)
    for (one, other) in zip(whole.streams, cut.streams) {
      #expect(one.rows == other.rows && one.numbers == other.numbers && one.gaps == other.gaps)
    }
  }

  @Test(
    "no packet of the older dialect stops the program", arguments: 1...10 as ClosedRange<UInt64>)
  func anyLegacyPacket(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let talk = TioConversation([])
    // "Not found" is how a device of the older dialect answers.
    talk.errorCode = 2
    talk.wait(.milliseconds(300))
    for _ in 0..<3000 {
      let type = UInt8([6, 7, 8, 128, 128, 128, 5, 3, 4][Int(random.next() % 9)])
      var payload = (0..<Int(random.next() % 70)).map { _ in
        UInt8(truncatingIfNeeded: random.next() % 4 == 0 ? random.next() : 0)
      }
      if type == 7, payload.count > 20 {
        payload[18...20] = [
          UInt8(random.next() % 3), 0, [0x10, 0x42, 0x80][Int(random.next() % 3)],
        ]
      }
      if type == 8, payload.count > 21 { payload[20...21] = [UInt8(random.next() % 4), 0] }
      talk.say(TioPacket(type: type, payload: payload))
      talk.wait(Int64(random.next() % 20_000_000))
      for outlet in talk.port.outlets { outlet.flush() }
    }
  }

  /// Numbers count from the first row that was stored: what was made before the streams were
  /// announced was sent to nobody.
  private func expectLegacy(_ bench: TwinleafBench) throws {
    for truth in bench.device.truth {
      let found = try bench[truth.name]
      let width = truth.channelCount * truth.sampleType.byteCount
      let early = truth.rowCount - found.numbers.count - Int(found.lost)
      #expect((0...60).contains(early), "\(truth.name): \(early)")
      var wrong = 0
      for (place, number) in found.numbers.enumerated() {
        let start = (Int(number) + early) * width
        guard start + width <= truth.rows.count,
          truth.rows[start..<start + width] == found.rows[place * width..<(place + 1) * width]
        else {
          wrong += 1
          continue
        }
      }
      #expect(wrong == 0 && !found.numbers.isEmpty, "\(truth.name)")
    }
  }
}
