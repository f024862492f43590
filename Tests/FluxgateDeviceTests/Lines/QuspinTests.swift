import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import Testing

/// The zero-field magnetometer, from its cold start to its last sample. It does not count: what is
/// missing is the host clock's estimate, and these tests say within which bound.
struct QuspinTests {
  private static func bench(
    seconds: Double = 40, mostPerRead: Int = .max,
    _ change: (inout VirtualQuspin.Settings) -> Void = { _ in }
  ) throws -> LineBench {
    var settings = VirtualQuspin.Settings()
    change(&settings)
    return try LineBench(
      VirtualQuspin(settings), profile: "quspin-qzfm", seconds: seconds, mostPerRead: mostPerRead)
  }

  private static func fault(_ kind: InjectedFault.Kind, after seconds: Double) -> InjectedFault {
    InjectedFault(after: Int64(seconds * 1e9), kind: kind)
  }

  @Test func `the start-up is spoken in the maker's order, then every sample is stored`() throws {
    let bench = try Self.bench()
    let device = try #require(bench.device as? VirtualQuspin)
    #expect(String(decoding: device.commands, as: UTF8.self) == "8>DE9?7")
    #expect(bench.refusal == nil)
    #expect(try bench.field.numbers.count > 3000)
    #expect(try bench.storedRowsAreTrue() && bench.imbalance() == 0)
    let channel = try bench.field.stream.description.channels[0]
    // 123.45 pT, from the maker's page.
    let value = 8_400_953 * channel.scale + channel.offset
    #expect(abs(value - 123.45e-12) < 1e-17)
    #expect(channel.delay == 8_000_000 && channel.delayUncertainty == 7_000_000)
  }

  @Test func `what was known of the sensor stands at the recording's start`() throws {
    let states = try Self.bench().events(.sensorState)
    let known = Dictionary(uniqueKeysWithValues: states.map { ($0.label, $0.value) })
    #expect(known["laser lock"] == "1.0" && known["cell temperature lock"] == "1.0")
    #expect(known["role"] == "master")
    let coil = try #require(known["compensation Bz (T)"].flatMap(Double.init))
    #expect(abs(coil - 814.5e-12) < 30e-12)
    #expect(known["not locked"] == nil)
    let messages = try Self.bench().events(.deviceMessage)
    #expect(
      messages.contains { $0.label == "calibration" && $0.value == "Calibration factor 1.03" })
  }

  @Test(arguments: [1, 3, 64])
  func `the same rows however the reads are cut`(most: Int) throws {
    let whole = try Self.bench(seconds: 20)
    let cut = try Self.bench(seconds: 20, mostPerRead: most)
    #expect(try cut.field.rows == whole.field.rows && cut.field.numbers == whole.field.numbers)
  }

  @Test func `a lost and a damaged line are each one lost sample`() throws {
    // A single sample is missed by its time alone: only once the clocks are known to each other.
    let bench = try Self.bench(seconds: 60) {
      $0.faults = [Self.fault(.corruptFrame, after: 8), Self.fault(.dropFrame, after: 20)]
    }
    let (damaged, estimated) = (try bench.lost(.corrupted), try bench.lost(.estimatedGap))
    let imbalance = try bench.imbalance()
    #expect(damaged == 1)
    #expect(estimated == 1)
    #expect(imbalance == 0)
    #expect(try bench.storedRowsAreTrue())
  }

  @Test(arguments: [0.4, 2, 7])
  func `a pulled cable costs what the clock says, to a few samples`(seconds: Double) throws {
    let pulled = InjectedFault.Kind.unplug(duration: Int64(seconds * 1e9))
    let bench = try Self.bench(seconds: 60) { $0.faults = [Self.fault(pulled, after: 10)] }
    #expect(try bench.lost(.estimatedGap) > UInt64(seconds * 150))
    #expect(try bench.storedRowsAreTrue())
    #expect(try abs(bench.imbalance()) <= 4)
    #expect(try bench.events(.link).map(\.label).contains("link lost"))
    // Samples flow by themselves: nothing is started anew.
    let device = try #require(bench.device as? VirtualQuspin)
    #expect(String(decoding: device.commands, as: UTF8.self) == "8>DE9?7")
  }

  @Test func `a stalled module is a gap of about as many samples`() throws {
    let stall = Self.fault(.stall(duration: .milliseconds(900)), after: 10)
    let bench = try Self.bench { $0.faults = [stall] }
    #expect(try abs(bench.imbalance()) <= 4)
    #expect(try bench.lost(.estimatedGap) > 170)
  }

  @Test func `lumps of an FTDI chip are no losses, and times stay even`() throws {
    let bench = try Self.bench { settings in
      settings.lump = .milliseconds(16)
      settings.clockErrorPartsPerMillion = 80
    }
    #expect(try bench.field.lost == 0)
    #expect(try (-8...0).contains(bench.imbalance()))
  }

  @Test func `a module that starts anew is started anew, and made nothing meanwhile`() throws {
    let bench = try Self.bench(seconds: 60) { $0.faults = [Self.fault(.reboot, after: 10)] }
    let device = try #require(bench.device as? VirtualQuspin)
    #expect(String(decoding: device.commands, as: UTF8.self) == "8>DE9?78>DE9?7")
    #expect(try bench.events(.link).map(\.label).contains("device restarted"))
    #expect(try bench.storedRowsAreTrue() && bench.imbalance() == 0)
    // The cold cell is said, and how long it lasted in samples: none were made.
    let unlocked = try bench.events(.sensorState).filter { $0.label == "not locked" }
    #expect(unlocked.map(\.value) == ["1", "0"])
    #expect(try bench.field.gaps.contains { $0.reason == .deviceReset && $0.missing == 0 })
  }

  @Test func `a span without lock has a beginning, an end and a length`() throws {
    let bench = try Self.bench { $0.lockLoss = (after: .seconds(5), duration: .seconds(2)) }
    let spans = try bench.events(.sensorState).filter { $0.label == "not locked" }
    #expect(spans.count == 2)
    #expect(spans.first?.duration == 0)
    #expect(spans.last.map { abs($0.duration - 400) <= 2 } == true)
    #expect(try bench.imbalance() == 0)
  }

  @Test func `a cell that stays cold refuses the device in the profile's words`() throws {
    // Another device altogether: nothing it says answers the start-up.
    let bench = try LineBench(
      VirtualTotalField(), profile: "quspin-qzfm", seconds: 400)
    #expect(
      bench.refusal
        == .notStarted("the cell did not reach its temperature (LED 2 stays off)"))
    #expect(bench.streams.isEmpty)
  }

  @Test func `a silent line is refused after ten seconds`() throws {
    var settings = VirtualTotalField.Settings()
    settings.faults = [Self.fault(.stall(duration: .seconds(60)), after: 0)]
    let bench = try LineBench(
      VirtualTotalField(settings), profile: "quspin-qtfm2", seconds: 20)
    #expect(bench.refusal == .silent(seconds: 10))
  }
}
