import FluxgateSignal
import FluxgateSimulation
import Testing

@testable import FluxgateDevice

/// Receivers of every model, and what can happen to them.
struct DexcomModelTests {
  private func streams(of model: VirtualDexcomModel) -> [String] {
    let later = model.isTouchscreen ? ["egv_backfilled"] : []
    return DexcomDecoderTests.streams.filter { $0 != "settings" || model.isG4 } + later
  }

  private func expectWhole(_ bench: DexcomBench, _ streams: [String]) {
    for stream in streams {
      let truth = bench.truth(stream)
      #expect(!truth.isEmpty)
      let isSame = bench.rows[stream] == truth
      #expect(isSame, "\(stream): \(bench.rows[stream]?.count ?? 0) of \(truth.count) rows")
      #expect(bench.gaps[stream] == nil, "\(stream)")
    }
  }

  private func labels(_ bench: DexcomBench, _ kind: EventKind) -> [String] {
    bench.named("events").filter { $0["kind"] == kind.rawValue }.map {
      bench.board.labels.all[Int($0["label"] ?? 0)]
    }
  }

  @Test(arguments: VirtualDexcomModel.allCases, [false, true])
  func `every model is read whole, with and without its partition table`(
    _ model: VirtualDexcomModel, _ hides: Bool
  ) throws {
    let device = VirtualDexcom(seed: 5, model: model, historyHours: 24, hidesPartitions: hides)
    let bench = DexcomBench(device, length: .seconds(1290))
    try bench.run()
    expectWhole(bench, streams(of: model))
    #expect(bench.board.announcement?.identity.model == model.productName)
    let unknown = labels(bench, .deviceMessage).filter { $0.hasSuffix("revision is not known") }
    #expect(unknown == (model.isG4 ? [] : ["dexcom settings revision is not known"]))
    if !model.isG4 { #expect(bench.rows["settings"] == nil) }
    if model.isTouchscreen {
      #expect(bench.named("egv_backfilled").allSatisfy { $0["utc_method"] == 2 })
      #expect(bench.named("egv").contains { $0["utc_method"] == 2 && $0["flags"] == 0x2000 })
    }
    let isTold = bench.named("egv").contains { $0["predicted_glucose"] != .min }
    #expect(isTold == (model == .touchscreenG6))
  }

  @Test func `battery, charger, transmitter and clock changes are told once each`() throws {
    let change = VirtualDexcomIncident(after: .seconds(100), kind: .clockChange(seconds: -5000))
    let device = VirtualDexcom(seed: 5, historyHours: 12, incidents: [change])
    let bench = DexcomBench(device, length: .seconds(7_290))
    try bench.run()
    expectWhole(bench, DexcomDecoderTests.streams)
    let states = labels(bench, .sensorState).filter { !$0.hasPrefix("no glucose") }
    #expect(states.sorted() == ["battery percent", "charger", "transmitter"])
    let offsets = bench.named("settings").compactMap { $0["display_offset"] }
    let steps = zip(offsets, offsets.dropFirst()).map { $1 - $0 }.filter { $0 != 0 }
    let told = bench.named("events").filter { $0["kind"] == EventKind.deviceMessage.rawValue }
    #expect(told.map { $0["value"] } == steps.map { Optional($0) })
    #expect(steps.contains { $0 % 3600 != 0 })
    #expect(Set(labels(bench, .sensorState)).contains("no glucose: sensor not calibrated"))
  }

  @Test func `a receiver that gives one page at once is read page by page`() throws {
    let bench = DexcomBench(
      VirtualDexcom(seed: 3, historyHours: 30, mostPages: 1), length: .seconds(30))
    try bench.run()
    expectWhole(bench, DexcomDecoderTests.streams)
    let several = DexcomBench(VirtualDexcom(seed: 3, historyHours: 30), length: .seconds(30))
    try several.run()
    #expect(several.rows == bench.rows)
    let asked = (bench.device.requestCounts[17] ?? 0, several.device.requestCounts[17] ?? 0)
    #expect(asked.1 * 2 < asked.0)
  }

  @Test func `a memory erased in the middle of a recording is read from its start`() throws {
    for after in [40, 90, 301, 500] as [Int64] {
      let erased = VirtualDexcomIncident(after: .seconds(after), kind: .erasedMemory)
      let device = VirtualDexcom(seed: 8, historyHours: 20, incidents: [erased])
      let bench = DexcomBench(device, length: .seconds(14_490))
      try bench.run()
      for stream in DexcomDecoderTests.streams {
        #expect(bench.rows[stream] == bench.truth(stream), "\(stream)")
        // No insertion comes after the later ones, and points go with their calibrations.
        if stream == "calibration_points" || stream == "insertion" { continue }
        #expect(bench.gaps[stream]?.map(\.reason) == [.deviceReset], "\(stream)")
      }
    }
  }

  @Test func `a cable pulled in the middle of a reply loses nothing`() throws {
    for step in 0..<30 {
      let cut = VirtualDexcomIncident(after: .milliseconds(Int64(step) * 25), kind: .cutReply)
      let device = VirtualDexcom(
        seed: UInt64(step), model: .touchscreenG6, replyDelay: .milliseconds(12), incidents: [cut])
      let bench = DexcomBench(device, length: .seconds(390))
      try bench.run()
      expectWhole(bench, streams(of: .touchscreenG6).filter { $0 != "egv_backfilled" })
    }
  }

  @Test func `a receiver that is only recognised is refused, and nothing is sent to it`() throws {
    let setup = DriverSetup(category: .glucose, settings: ["unsupported": "a G7"])
    let bench = DexcomBench(VirtualDexcom(seed: 1), length: .seconds(10), setup: setup)
    try bench.run()
    #expect(bench.board.refusals.all == [.unsupported(what: "a G7")])
    #expect(bench.device.requestCounts.isEmpty)
  }

  @Test func `the newest of several wrong lengths is never guessed`() {
    let xml = Array(
      "<PartitionInfo PageDataLength='500'><Partition Id='4' RecordRevision='5' RecordLength='24'/>"
        .utf8)
    let table = DexcomPartitions(xml: xml.span.bytes)
    #expect(table?.length(of: .egv, revision: 5) == nil)
    #expect(table?.length(of: .egv, revision: 4) == 23)
    #expect(table?.length(of: .egv, revision: 6) == nil)
    #expect(table?.lists(.backfilled) == false)
  }
}
