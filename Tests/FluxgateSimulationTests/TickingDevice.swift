import FluxgateSignal
import FluxgateSimulation

/// Sends a counting byte every millisecond and echoes what it hears; its cable can be out.
final class TickingDevice: VirtualDevice {
  static let period = Int64.milliseconds(1)
  private(set) var calls: [String] = []
  private(set) var nextWake: HostTime
  private let start: HostTime
  private let outages: [(from: Int64, to: Int64)]
  private var output: [UInt8] = []
  private var now: HostTime
  private var made = TruthStream(name: "ticks", sampleType: .int16, channelCount: 1)
  private var count: UInt8 = 0

  init(start: HostTime, outages: [(from: Int64, to: Int64)] = []) {
    self.start = start
    self.outages = outages
    now = start
    nextWake = start.advanced(by: Self.period)
  }

  func connected(at now: HostTime) { calls.append("connected") }
  func disconnected(at now: HostTime) { calls.append("disconnected") }
  func receive(_ bytes: [UInt8], at now: HostTime) { output += bytes }

  func advance(to time: HostTime) {
    now = time
    while nextWake <= time {
      output.append(count)
      made.rows += [count, 0]
      count &+= 1
      nextWake = nextWake.advanced(by: Self.period)
    }
  }

  func takeOutput() -> [UInt8] {
    defer { output = [] }
    return output
  }

  var isPlugged: Bool {
    let age = now.since(start)
    return !outages.contains { $0.from <= age && age < $0.to }
  }

  var truth: [TruthStream] { [made] }
}
