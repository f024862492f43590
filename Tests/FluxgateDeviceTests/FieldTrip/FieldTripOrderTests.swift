import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import Testing

/// Servers of either byte order and of every number type, with faults.
@Suite struct FieldTripOrderTests {
  private static let faults: [InjectedFault] = [
    .init(after: .milliseconds(6100), kind: .dropFrame),
    .init(after: .milliseconds(7200), kind: .corruptFrame),
    .init(after: .milliseconds(9000), kind: .unplug(duration: .seconds(3))),
    .init(after: .milliseconds(13_013), kind: .reboot),
  ]

  private func bench(
    _ order: FieldTripServerSettings.Order, _ codes: FieldTripServerSettings.Codes,
    faults: [InjectedFault] = faults, overflowEvery: Int = 0, mostPerRead: Int = .max
  ) -> FieldTripBench {
    var settings = FieldTripServerSettings()
    settings.channelCount = 3
    settings.order = order
    settings.codes = codes
    settings.overflowEvery = overflowEvery
    settings.faults = faults
    let bench = FieldTripBench(settings)
    bench.run(seconds: 20, mostPerRead: mostPerRead)
    return bench
  }

  private func expectWhole(_ bench: FieldTripBench) {
    let sent = bench.device.truth[0].rowCount
    let accounted = bench.rows.count + Int(bench.lost)
    #expect(accounted <= sent && accounted >= sent - 60, "\(accounted) of \(sent)")
    #expect(bench.rows.count > 12_000)
    #expect(bench.firstDifference() == nil)
  }

  @Test(arguments: [FieldTripServerSettings.Order.asClient, .big, .bigOnly])
  func `restarts and lost links add up in every order`(order: FieldTripServerSettings.Order) {
    let bench = bench(order, .int32)
    expectWhole(bench)
    #expect(bench.losses.contains { $0.reason == .deviceReset })
  }

  @Test func `what a big-endian ring has lost is counted`() {
    var settings = FieldTripServerSettings()
    settings.channelCount = 3
    settings.order = .bigOnly
    settings.codes = .int16
    settings.ringSeconds = 2
    settings.faults = [.init(after: .seconds(5), kind: .unplug(duration: .seconds(8)))]
    let bench = FieldTripBench(settings)
    bench.run(seconds: 30)
    expectWhole(bench)
    #expect(bench.lost == bench.lost(.serverOverrun) && bench.lost > 5000)
  }

  @Test(arguments: FieldTripServerSettings.Codes.allCases)
  func `every number type arrives whole from a big-endian server`(
    codes: FieldTripServerSettings.Codes
  ) {
    let bench = bench(.big, codes, faults: [])
    expectWhole(bench)
    #expect(bench.losses.isEmpty)
  }

  @Test func `rows above 2^63 - 1 are lost and named, never wrapped`() {
    let bench = bench(.big, .uint64, overflowEvery: 700)
    expectWhole(bench)
    let withheld = Set(bench.device.truth[0].withheld)
    #expect(withheld.count > 20)
    #expect(bench.rows.allSatisfy { !withheld.contains($0.sample) })
    #expect(bench.lost(.corrupted) > 20)
    #expect(bench.board.labels.all.contains("rows above 2^63 - 1"))
  }

  @Test(arguments: [1, 4001])
  func `big-endian results do not depend on how reads are cut`(most: Int) {
    let whole = bench(.bigOnly, .uint16)
    let cut = bench(.bigOnly, .uint16, mostPerRead: most)
    #expect(whole.rows == cut.rows)
    #expect(whole.losses == cut.losses)
    #expect(whole.events == cut.events)
  }
}
