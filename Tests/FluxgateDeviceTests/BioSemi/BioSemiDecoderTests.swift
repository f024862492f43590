import FluxgateSignal
import FluxgateSimulation
import Testing

@testable import FluxgateDevice

struct BioSemiDecoderTests {
  private func settings(
    _ speed: Int = 6, mark2: Bool = true, faults: [InjectedFault] = []
  ) -> VirtualBioSemiSettings {
    var settings = VirtualBioSemiSettings()
    settings.speed = speed
    settings.isMark2 = mark2
    settings.faults = faults
    settings.pinsKept = .max
    return settings
  }

  private func fault(_ milliseconds: Int64, _ kind: InjectedFault.Kind) -> InjectedFault {
    InjectedFault(after: .milliseconds(milliseconds), kind: kind)
  }

  @Test(arguments: 0...8, [false, true])
  func `every mode is read as it is sent`(speed: Int, mark2: Bool) throws {
    let bench = try BioSemiBench(settings(speed, mark2: mark2), milliseconds: 60)
    #expect(bench.firstDifference() == nil)
    #expect(bench.eeg.lost == 0)
    #expect(
      bench.streams.dropLast().map(\.stream.description.name) == bench.device.truth.map(\.name))
    let rate = BioSemiMode(speed: speed, isMark2: mark2).rate
    #expect(bench.eeg.stream.description.rate == rate)
    #expect(bench.eeg.numbers.count > Int(rate * 0.05))
  }

  @Test func `the same rows however the reads are cut`() throws {
    let whole = try BioSemiBench(settings(7), milliseconds: 60)
    let cut = try BioSemiBench(settings(7), milliseconds: 60, mostPerRead: 1)
    #expect(whole.eeg.rows == cut.eeg.rows)
    #expect(whole.eeg.numbers == cut.eeg.numbers)
    #expect(whole.events == cut.events)
  }

  @Test(arguments: [512, 1536, 512 * 40, 512 * 130])
  func `lost packets are counted exactly`(bytes: Int) throws {
    var plan = settings(5, faults: [fault(300, .dropFrame)])
    plan.bytesPerDrop = bytes
    let bench = try BioSemiBench(plan, milliseconds: 700)
    #expect(bench.firstDifference() == nil)
    #expect(bench.eeg.lost == bench.withheld)
    #expect(bench.eeg.gaps.contains { $0.reason == .estimatedGap && $0.missing > 0 })
  }

  @Test func `bytes that are no packets are counted to within two sweeps`() throws {
    var plan = settings(4, faults: [fault(300, .dropFrame)])
    plan.bytesPerDrop = 4001
    let bench = try BioSemiBench(plan, milliseconds: 700)
    let lost = Int(bench.withheld)
    #expect(abs(Int(bench.eeg.lost) - lost) <= 2)
  }

  @Test func `a damaged byte costs its sweep`() throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      var plan = settings(6, faults: [fault(100, .corruptFrame), fault(300, .corruptFrame)])
      plan.seed = seed
      let bench = try BioSemiBench(plan, milliseconds: 500)
      #expect(bench.firstDifference() == nil)
      #expect(bench.eeg.lost == bench.withheld)
      #expect(bench.eeg.gaps.contains { $0.reason == .corrupted })
    }
  }

  @Test func `a stall and a pulled cable are counted to within two sweeps`() throws {
    for kind in [
      InjectedFault.Kind.stall(duration: .milliseconds(333)), .reboot,
      .unplug(duration: .milliseconds(700)),
    ] {
      let bench = try BioSemiBench(settings(4, faults: [fault(1200, kind)]), milliseconds: 3200)
      let missed = Int(bench.sent) - Int(bench.accounted)
      #expect(abs(missed) <= 4, "\(kind): \(missed)")
      #expect(bench.eeg.gaps.contains { $0.reason == .estimatedGap })
      #expect(bench.eeg.lost > 500)
    }
  }

  @Test func `channels that read -1 code do not mislead`() throws {
    var plan = settings(7, faults: [fault(200, .dropFrame)])
    plan.minusOneWords = Set(2..<50)
    let bench = try BioSemiBench(plan, milliseconds: 600)
    #expect(bench.firstDifference() == nil)
    #expect(bench.eeg.lost == bench.withheld)
  }

  @Test func `triggers and states are events at their samples`() throws {
    var plan = settings(4)
    plan.outOfRange = [.milliseconds(250) ..< .milliseconds(750)]
    plan.batteryLow = [.milliseconds(1250) ..< .seconds(99)]
    let bench = try BioSemiBench(plan, milliseconds: 1600)
    let events = bench.events
    let triggers = events.filter { $0.label == "trigger" }
    #expect(triggers.map(\.value) == [2, 0, 3, 0, 4, 0])
    let status = bench.eeg.stream.description.channels.count - 1
    for event in triggers {
      let word = bench.device.truth[0].rows.withUnsafeBytes {
        $0.loadUnaligned(
          fromByteOffset: (Int(event.sample) * (status + 1) + status) * 4, as: Int32.self)
      }
      #expect(Int64(word & 0xFFFF) == event.value)
    }
    let start = events.first { $0.label == "CMS out of range" }
    let end = events.first { $0.label == "CMS in range" }
    #expect(start?.duration == 0)
    #expect(end.map { $0.sample - $0.duration } == start?.sample)
    #expect(end?.duration == 1024)
    #expect(events.contains { $0.label == "battery low" })
    #expect(events.last?.label == "recording ends, battery low")
  }

  @Test func `another speed is counted and not stored`() throws {
    var plan = settings(4)
    plan.switches = [
      .init(after: .milliseconds(400), speed: 5), .init(after: .milliseconds(800), speed: 4),
    ]
    let bench = try BioSemiBench(plan, milliseconds: 1500)
    #expect(bench.firstDifference() == nil)
    #expect(bench.eeg.stream.counters.lostRows(.rateChanged) == bench.eeg.lost)
    #expect(bench.eeg.lost > 1600)
    #expect(bench.sent - bench.accounted <= 3)
    #expect(bench.events.contains { $0.label.hasPrefix("Mk2 speed mode 5: not stored") })
  }

  @Test func `a box that is off is refused in clear words`() throws {
    var plan = settings(faults: [fault(0, .stall(duration: .seconds(60)))])
    plan.speed = 4
    let bench = try BioSemiBench(plan, milliseconds: 5000)
    #expect(bench.board.refusals.count == 1)
    #expect(bench.board.refusals[0] == .noData(why: "no data: is the box switched on?"))
  }

  @Test func `settings choose channels and a wrong one is refused`() throws {
    let chosen = DriverSetup(
      category: .neuro,
      settings: ["channels": "32", "montage": "10-20-32", "exg": "ECG, EOG", "sensors": "off"])
    let bench = try BioSemiBench(settings(6), milliseconds: 50, setup: chosen)
    let names = bench.streams.map { $0.stream.description.channels.map(\.name) }
    #expect(names.count == 3)
    #expect(names[0].count == 33 && names[0][31] == "Cz" && names[0][32] == "Status")
    #expect(names[1] == ["ECG", "EOG"])
    let wrong = DriverSetup(category: .neuro, settings: ["montage": "upside-down"])
    let refused = try BioSemiBench(settings(6), milliseconds: 50, setup: wrong)
    #expect(
      refused.board.refusals[0] == .unsupported(what: "the setting `montage: upside-down`"))
  }
}
