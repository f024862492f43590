import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import Testing

/// The total-field magnetometers: the first generation does not count, the second does.
struct TotalFieldTests {
  private static func bench(
    _ generation: VirtualTotalField.Generation, seconds: Double = 20, mostPerRead: Int = .max,
    _ change: (inout VirtualTotalField.Settings) -> Void = { _ in }
  ) throws -> LineBench {
    var settings = VirtualTotalField.Settings()
    settings.generation = generation
    change(&settings)
    return try LineBench(
      VirtualTotalField(settings),
      profile: generation == .first ? "quspin-qtfm" : "quspin-qtfm2", seconds: seconds,
      mostPerRead: mostPerRead)
  }

  private static func fault(_ kind: InjectedFault.Kind, after seconds: Double) -> InjectedFault {
    InjectedFault(after: Int64(seconds * 1e9), kind: kind)
  }

  @Test(arguments: [VirtualTotalField.Generation.first, .second])
  func `every line is a row`(generation: VirtualTotalField.Generation) throws {
    let bench = try Self.bench(generation)
    #expect(try bench.field.numbers.count > 4900)
    #expect(try bench.storedRowsAreTrue() && bench.imbalance() == 0)
    let cut = try Self.bench(generation, mostPerRead: 1)
    #expect(try cut.field.rows == bench.field.rows)
  }

  @Test func `losses of the second generation are counted`() throws {
    let faults: [InjectedFault] = [
      Self.fault(.dropFrame, after: 4), Self.fault(.corruptFrame, after: 6),
      Self.fault(.unplug(duration: .milliseconds(3700)), after: 9),
      Self.fault(.stall(duration: .milliseconds(2400)), after: 20),
    ]
    let bench = try Self.bench(.second, seconds: 40) { $0.faults = faults }
    #expect(try bench.storedRowsAreTrue() && bench.imbalance() == 0)
    #expect(try bench.lost(.counterGap) + bench.lost(.linkLost) >= 1500)
  }

  @Test func `losses of the first generation are estimated`() throws {
    let faults: [InjectedFault] = [
      Self.fault(.dropFrame, after: 4), Self.fault(.corruptFrame, after: 6),
      Self.fault(.unplug(duration: .milliseconds(3700)), after: 9),
    ]
    let bench = try Self.bench(.first, seconds: 40) { $0.faults = faults }
    #expect(try bench.storedRowsAreTrue() && abs(bench.imbalance()) <= 4)
    #expect(try bench.lost(.corrupted) == 1)
    #expect(try bench.lost(.estimatedGap) > 900)
  }

  @Test func `a sensor whose clock fell has started anew, and a clock that came round has not`()
    throws
  {
    let bench = try Self.bench(.second) { $0.faults = [Self.fault(.reboot, after: 7)] }
    #expect(try bench.events(.link).map(\.label) == ["device restarted"])
    #expect(try bench.storedRowsAreTrue() && bench.imbalance() == 0)
    let round = try Self.bench(.second) { $0.clockAtStart = .max - 3000 }
    #expect(try round.events(.link).isEmpty)
    #expect(try round.storedRowsAreTrue() && round.imbalance() == 0)
  }

  @Test func `what the sensor marks as not valid is no measurement`() throws {
    let bench = try Self.bench(.second) { $0.invalidEvery = 10 }
    #expect(try bench.storedRowsAreTrue() && bench.imbalance() == 0)
    let numbers = try bench.field.rows
    let none = [UInt8](repeating: 0, count: 7) + [0x80]
    #expect(Array(numbers[9 * 56..<9 * 56 + 8]) == none)
    #expect(numbers[9 * 56 + 48] == 62 && numbers[8 * 56 + 48] == 63)
  }
}
