import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import Testing

@Suite struct FieldTripFaultTests {
  static func settings(_ faults: [InjectedFault] = []) -> FieldTripServerSettings {
    var settings = FieldTripServerSettings()
    settings.channelCount = 4
    settings.faults = faults
    return settings
  }

  static func fault(_ seconds: Double, _ kind: InjectedFault.Kind) -> InjectedFault {
    InjectedFault(after: Int64(seconds * 1e9), kind: kind)
  }

  /// Stored + lost = sent, up to the samples still under way at the end, and every row is the truth.
  private func expectWhole(_ bench: FieldTripBench, underWay: Int = 60) {
    let sent = bench.device.truth[0].rowCount
    let accounted = bench.rows.count + Int(bench.lost)
    #expect(accounted <= sent && accounted >= sent - underWay, "\(accounted) of \(sent)")
    #expect(bench.firstDifference() == nil)
    #expect(zip(bench.rows, bench.rows.dropFirst()).allSatisfy { $0.sample < $1.sample })
    #expect(zip(bench.blockTimes, bench.blockTimes.dropFirst()).allSatisfy { $0 <= $1 })
  }

  /// Every event up to the newest row, once and in order; lost ones are counted by number.
  private func expectEvents(_ bench: FieldTripBench) {
    let rows = bench.events
    let all = bench.device.truthEvents
    #expect(bench.eventNumbers.allSatisfy { $0 < all.count })
    let truth = bench.eventNumbers.map { all[min(Int($0), all.count - 1)] }
    #expect(zip(bench.eventNumbers, bench.eventNumbers.dropFirst()).allSatisfy { $0 < $1 })
    #expect(rows.map { $0[1] } == truth.map(\.sample))
    #expect(rows.map { bench.board.labels[Int($0[4])] } == truth.map(\.label))
    for (row, event) in zip(rows, truth) {
      switch event.value {
      case .integer(let integer): #expect(row[5] == 1 && row[6] == integer)
      case .text(let text): #expect(row[5] == 3 && bench.board.labels[Int(row[6])] == text)
      default: Issue.record("the simulator makes no such value")
      }
    }
    let newest = Int64(bench.rows.last?.sample ?? 0)
    let lost = bench.eventLosses.reduce(0) { $0 + Int($1.missing) }
    #expect(all.count { $0.sample < newest - 60 } <= rows.count + lost)
  }

  @Test func `a quiet line loses nothing`() {
    let bench = FieldTripBench(Self.settings())
    bench.run(seconds: 12)
    #expect(bench.rows.count > 11_900)
    #expect(bench.losses.isEmpty)
    expectWhole(bench)
    expectEvents(bench)
  }

  @Test func `int32 codes keep their resolution`() {
    var settings = Self.settings()
    settings.codes = .int32
    let bench = FieldTripBench(settings)
    bench.run(seconds: 3)
    expectWhole(bench)
    let channel = bench.board.announcement?.outlets[0].description.channels[1]
    #expect(channel == Channel(name: "OPM2", kind: "mag", unit: "T", scale: 1e-16))
  }

  @Test(arguments: [0.0, 0.001, 1.5, 2.0041, 3.3333, 7.01])
  func `a withheld answer is asked for again`(after: Double) {
    let bench = FieldTripBench(Self.settings([Self.fault(after, .dropFrame)]))
    bench.run(seconds: 15)
    #expect(bench.losses.isEmpty)
    expectWhole(bench)
    expectEvents(bench)
  }

  @Test(arguments: 1...24)
  func `a damaged answer header is passed over`(seed: Int) {
    var settings = Self.settings([
      Self.fault(Double(seed) * 0.31, .corruptFrame), Self.fault(9.7, .corruptFrame),
    ])
    settings.seed = UInt64(seed)
    let bench = FieldTripBench(settings)
    bench.run(seconds: 18)
    #expect(bench.losses.isEmpty)
    expectWhole(bench)
    expectEvents(bench)
  }

  @Test func `a silent server is caught up with`() {
    let bench = FieldTripBench(Self.settings([Self.fault(2.007, .stall(duration: .seconds(11)))]))
    bench.run(seconds: 20)
    #expect(bench.losses.isEmpty)
    expectWhole(bench)
    expectEvents(bench)
  }

  @Test func `what the ring holds outlives a lost link`() {
    let bench = FieldTripBench(Self.settings([Self.fault(3, .unplug(duration: .seconds(15)))]))
    bench.run(seconds: 25)
    #expect(bench.losses.isEmpty)
    expectWhole(bench)
    expectEvents(bench)
  }

  @Test func `what the ring has lost is counted to the sample`() {
    var settings = Self.settings([Self.fault(3, .unplug(duration: .seconds(15)))])
    settings.ringSeconds = 4
    let bench = FieldTripBench(settings)
    bench.run(seconds: 30)
    #expect(bench.lost == bench.lost(.serverOverrun))
    #expect((10_500...12_500).contains(bench.lost))
    #expect(bench.losses.count == 1 && bench.losses[0].timeStep == Int64(bench.lost) * 1_000_000)
    expectWhole(bench)
    expectEvents(bench)
  }

  @Test(arguments: [2.0, 2.3333, 5.0101, 6.02])
  func `a restarted server is read from its new start`(after: Double) {
    let bench = FieldTripBench(Self.settings([Self.fault(after, .reboot)]))
    bench.run(seconds: 12)
    #expect(bench.losses.map(\.reason) == [.deviceReset])
    expectWhole(bench)
    expectEvents(bench)
  }

  @Test func `a restart behind a lost link is counted as far as it is known`() {
    let bench = FieldTripBench(
      Self.settings([
        Self.fault(5.013, .stall(duration: .seconds(1))), Self.fault(5.5, .reboot),
        Self.fault(8, .unplug(duration: .seconds(2))),
      ]))
    bench.run(seconds: 15)
    #expect(bench.losses.map(\.reason) == [.deviceReset])
    expectWhole(bench)
    expectEvents(bench)
  }

  @Test(arguments: [1, 7, 100, 4001])
  func `results do not depend on how reads are cut`(most: Int) {
    let faults = [
      Self.fault(1.1, .dropFrame), Self.fault(5.2, .corruptFrame),
      Self.fault(9, .unplug(duration: .seconds(3))),
    ]
    let whole = FieldTripBench(Self.settings(faults))
    whole.run(seconds: 14)
    let cut = FieldTripBench(Self.settings(faults))
    cut.run(seconds: 14, mostPerRead: most)
    #expect(whole.rows == cut.rows)
    #expect(whole.events == cut.events)
    #expect(whole.losses == cut.losses)
    #expect(whole.blockTimes == cut.blockTimes)
  }

  @Test(arguments: Array(1...16) + [277]) func `many faults together still add up`(seed: Int) {
    var random = SeededRandom(seed: UInt64(seed))
    let kinds: [InjectedFault.Kind] = [
      .dropFrame, .corruptFrame, .stall(duration: .milliseconds(700)),
      .unplug(duration: .seconds(7)), .reboot, .corruptFrame,
    ]
    let faults = (0..<8).map { _ in
      Self.fault(Double(random.next() % 30_000) / 1000, kinds[Int(random.next() % 6)])
    }
    var settings = Self.settings(faults)
    settings.seed = UInt64(seed)
    settings.ringSeconds = 5
    let bench = FieldTripBench(settings)
    bench.run(seconds: 45)
    expectWhole(bench)
    expectEvents(bench)
  }
}
