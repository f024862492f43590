import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import Testing

@Suite struct TioDecoderTests {
  private func settings(
    _ faults: [InjectedFault] = [], _ change: (inout VirtualTwinleaf.Settings) -> Void = { _ in }
  ) -> VirtualTwinleaf.Settings {
    var settings = VirtualTwinleaf.Settings()
    settings.faults = faults
    change(&settings)
    return settings
  }

  private func expectWithheldIsLost(_ bench: TwinleafBench) throws {
    for truth in bench.device.truth {
      #expect(try bench[truth.name].lost == UInt64(truth.withheld.count))
    }
  }

  @Test("a healthy device is stored to the last sample, from its first")
  func healthy() throws {
    let bench = try TwinleafBench(settings { $0.hasMixedStream = true }, seconds: 8)
    try bench.expectComplete()
    let field = try bench["field"]
    #expect(field.lost == 0)
    #expect(field.gaps == [.init(sample: 0, reason: .streamStart, missing: 0)])
    #expect(field.stream.description.rate == 1000)
    #expect(field.stream.description.channels[0].unit == "T")
    #expect(field.stream.description.channels[0].scale == 1e-12)
    #expect(field.stream.description.channels[0].kind == "mag")
    #expect(bench.board.bytesDamaged == 0)
    let identity = try #require(bench.board.announcement?.identity)
    #expect(identity.serial == "SIM0042" && identity.model == "SimHeart")
  }

  @Test("a dropped frame is a gap of its samples")
  func droppedFrame() throws {
    let fault = InjectedFault(after: .milliseconds(2345), kind: .dropFrame)
    let bench = try TwinleafBench(settings([fault]), seconds: 5)
    try bench.expectComplete()
    try expectWithheldIsLost(bench)
    let losses = try bench["field"].gaps.dropFirst() + bench["aux"].gaps.dropFirst()
    #expect(losses.count == 1)
    #expect(losses.allSatisfy { $0.reason == .counterGap && $0.missing > 0 })
  }

  @Test("a byte changed on the line costs at most its frame", arguments: 1...12)
  func corruptedFrame(seed: UInt64) throws {
    let faults = (0..<20).map {
      InjectedFault(after: .milliseconds(1500 + 130 * $0), kind: .corruptFrame)
    }
    let bench = try TwinleafBench(settings(faults) { $0.seed = seed }, seconds: 6)
    try bench.expectComplete()
    #expect(try bench["field"].lost <= 20 * 15)
    #expect(bench.board.bytesDamaged > 0)
  }

  @Test("a restart begins numbers anew and keeps the streams")
  func reboot() throws {
    let fault = InjectedFault(after: .milliseconds(2507), kind: .reboot)
    let bench = try TwinleafBench(settings([fault]), seconds: 6)
    try bench.expectComplete()
    let field = try bench["field"]
    #expect(field.gaps.contains { $0.reason == .deviceReset && $0.missing == 0 })
    #expect(field.lost == 0)
    #expect(bench.events.contains("device restarted"))
  }

  @Test("a restart while the cable is out is noticed")
  func rebootUnplugged() throws {
    let faults = [
      InjectedFault(after: .milliseconds(2000), kind: .unplug(duration: .milliseconds(1500))),
      InjectedFault(after: .milliseconds(3000), kind: .reboot),
    ]
    let bench = try TwinleafBench(settings(faults), seconds: 8)
    let gaps = try bench["field"].gaps.dropFirst()
    #expect(gaps.count == 1)
    #expect(gaps.allSatisfy { $0.reason == .deviceReset })
    #expect(bench.board.state == .ended)
  }

  @Test("a pulled cable is a gap of exactly what the device measured meanwhile")
  func unplugged() throws {
    let fault = InjectedFault(
      after: .milliseconds(2000), kind: .unplug(duration: .milliseconds(1234)))
    let bench = try TwinleafBench(settings([fault]), seconds: 8)
    try bench.expectComplete()
    let gaps = try bench["field"].gaps.dropFirst()
    #expect(gaps.count == 1)
    #expect(gaps.allSatisfy { $0.reason == .linkLost && $0.missing >= 1200 })
    #expect(bench.events.starts(with: ["link lost", "link opened"]))
  }

  @Test("a stalled device is a gap by its numbers", arguments: [700, 5300])
  func stalled(milliseconds: Int64) throws {
    let fault = InjectedFault(
      after: .milliseconds(2000), kind: .stall(duration: .milliseconds(milliseconds)))
    let bench = try TwinleafBench(settings([fault]), seconds: 11)
    try bench.expectComplete()
    try expectWithheldIsLost(bench)
    let gaps = try bench["field"].gaps.dropFirst()
    #expect(gaps.count == 1)
    #expect(gaps.allSatisfy { $0.reason == .counterGap })
  }

  @Test("segments follow each other without a break", arguments: [true, false])
  func rollOver(announced: Bool) throws {
    let bench = try TwinleafBench(
      settings {
        $0.segmentSeconds = 2
        $0.segmentCount = 3
        $0.announcesSegments = announced
      }, seconds: 21)
    try bench.expectComplete()
    #expect(try bench["field"].gaps.count == 1)
    #expect(try bench["aux"].gaps.count == 1)
  }

  @Test("losses across segments are exact, whole rounds of segments too", arguments: [900, 7500])
  func lossAcrossSegments(milliseconds: Int64) throws {
    let faults = [
      InjectedFault(after: .milliseconds(3700), kind: .stall(duration: .milliseconds(milliseconds)))
    ]
    for announced in [true, false] {
      let bench = try TwinleafBench(
        settings(faults) {
          $0.segmentSeconds = 2
          $0.segmentCount = 3
          $0.announcesSegments = announced
        }, seconds: 16)
      try bench.expectComplete()
      #expect(try bench["field"].gaps.count == 2)
    }
  }

  @Test("one segment that is used again and again is followed")
  func singleSegment() throws {
    let bench = try TwinleafBench(
      settings {
        $0.segmentSeconds = 2
        $0.segmentCount = 1
        $0.announcesSegments = false
      }, seconds: 11)
    try bench.expectComplete()
    #expect(try bench["field"].gaps.count == 1)
  }

  @Test("a pulled cable over a segment's end is exact")
  func unpluggedAcrossSegments() throws {
    let fault = InjectedFault(after: .milliseconds(3500), kind: .unplug(duration: .seconds(5)))
    let bench = try TwinleafBench(
      settings([fault]) {
        $0.segmentSeconds = 2
        $0.segmentCount = 4
      }, seconds: 14)
    try bench.expectComplete()
    #expect(try bench["field"].gaps.dropFirst().map(\.reason) == [.linkLost])
  }

  @Test("results do not depend on how reads are cut", arguments: [1, 7, 64])
  func cuts(mostPerRead: Int) throws {
    let faults = [
      InjectedFault(after: .milliseconds(1100), kind: .corruptFrame),
      InjectedFault(after: .milliseconds(1700), kind: .dropFrame),
      InjectedFault(after: .milliseconds(2000), kind: .reboot),
    ]
    let whole = try TwinleafBench(settings(faults), seconds: 4)
    let cut = try TwinleafBench(settings(faults), seconds: 4, mostPerRead: mostPerRead)
    for name in ["field", "aux"] {
      #expect(try whole[name].rows == cut[name].rows)
      #expect(try whole[name].numbers == cut[name].numbers)
      #expect(try whole[name].gaps == cut[name].gaps)
    }
    #expect(whole.board.bytesDamaged == cut.board.bytesDamaged)
  }

  @Test("packets of a proxy are read without the serial envelope")
  func bare() throws {
    let bench = try TwinleafBench(settings { $0.isBare = true }, seconds: 4, framing: "packets")
    try bench.expectComplete()
    #expect(try bench["field"].lost == 0)
  }

  @Test("the device's clock error is found")
  func clockError() throws {
    let bench = try TwinleafBench(
      settings {
        $0.clockErrorPartsPerMillion = 37
        $0.keepsTruth = false
      }, seconds: 60)
    let error = try bench["field"].stream.counters.clockErrorPartsPerMillion
    #expect(abs(error - 37) < 0.5)
    let last = try #require(try bench["field"].blockTimes.last)
    let made = Double(last.sample + 1) / 1000 * (1 + 37e-6)
    let first = 1_000_000_000_000_000_000 + Int64.milliseconds(50)
    #expect(abs(Double(last.last.nanoseconds - first) / 1e9 - made) < 0.0005)
  }
}
