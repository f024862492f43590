import FluxgateSignal
import FluxgateSimulation
import Testing

@testable import FluxgateDevice

/// Lateness of the gateway is no loss.
struct BioSemiLagTests {
  private func settings(_ faults: [(Int64, InjectedFault.Kind)] = []) -> VirtualBioSemiSettings {
    var settings = VirtualBioSemiSettings()
    settings.speed = 4
    settings.faults = faults.map {
      InjectedFault(after: .milliseconds($0.0), kind: $0.1)
    }
    settings.pinsKept = .max
    return settings
  }

  /// Stands still once for `milliseconds`.
  private func stall(_ milliseconds: Int64) -> SlowGateway {
    let once = Int64.milliseconds(milliseconds)
    return SlowGateway([(.milliseconds(800), once), (.milliseconds(800) + once, 0)])
  }

  @Test(arguments: [60, 900, 2500] as [Int64])
  func `a stall and the burst behind it lose nothing`(milliseconds: Int64) throws {
    let bench = try BioSemiBench(
      settings(), milliseconds: 4500, gateway: stall(milliseconds))
    #expect(bench.firstDifference() == nil)
    #expect(bench.eeg.lost == 0)
    #expect(bench.sent - bench.accounted <= 4)
  }

  /// Reads of at most 16 KiB that take 12 ms each: 1.3 MB/s of the box's 2.3.
  @Test func `a gateway that is slower than the box loses nothing`() throws {
    let bench = try BioSemiBench(
      settings(), milliseconds: 4000, mostPerRead: 1 << 14,
      gateway: SlowGateway([(.milliseconds(300), .milliseconds(12))]))
    #expect(bench.firstDifference() == nil)
    #expect(bench.eeg.lost == 0)
    #expect(bench.eeg.numbers.count > 3000)
  }

  @Test func `a pulled cable takes what a slow gateway had not read`() throws {
    let bench = try BioSemiBench(
      settings([(1500, .unplug(duration: .milliseconds(1500)))]), milliseconds: 5000,
      mostPerRead: 1 << 14,
      gateway: SlowGateway([(.milliseconds(900), .milliseconds(12)), (.milliseconds(3200), 0)]))
    let missed = Int(bench.sent) - Int(bench.accounted)
    #expect(bench.eeg.lost > 3000)
    #expect(abs(missed) <= 60, "\(missed)")
  }

  /// The lag itself is 600 sweeps then; by how much it grows within two spans stays in the estimate.
  @Test func `packets lost while the gateway lags are counted without its lag`() throws {
    let bench = try BioSemiBench(
      settings([(1000, .dropFrame)]), milliseconds: 3000, mostPerRead: 1 << 14,
      gateway: SlowGateway([(.milliseconds(300), .milliseconds(12)), (.milliseconds(2000), 0)]))
    #expect(bench.eeg.lost >= bench.withheld)
    #expect(bench.eeg.lost <= bench.withheld + 192)
  }

  /// As many bytes as whole sweeps have: nothing is passed over, and lateness stays. The sweep in
  /// which they were lost has another one's end and cannot be told.
  @Test func `sweeps missing in step are found`() throws {
    var plan = settings([(1000, .dropFrame)])
    plan.bytesPerDrop = 282 * 4 * 192
    let bench = try BioSemiBench(plan, milliseconds: 2600)
    #expect(bench.eeg.lost == 192)
    #expect(bench.withheld == 193)
  }
}
