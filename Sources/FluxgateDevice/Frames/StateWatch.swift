internal import FluxgateSignal

/// Bits of a device's state, each an event when it changes and not at every row.
///
/// A span has one event at its start and one at its end; the latter carries its length.
struct StateWatch {
  private let labels: [String]
  /// Sample number at which each state began; nil while it does not hold.
  private var begun: [Int64?]

  init(labels: [String]) {
    self.labels = labels
    begun = Array(repeating: nil, count: labels.count)
  }

  mutating func note(
    _ index: Int, _ holds: Bool, sample: Int64, at now: HostTime, _ port: DevicePort
  ) {
    guard holds != (begun[index] != nil) else { return }
    if holds {
      begun[index] = sample
      record(index, sample: sample, duration: 0, 1, at: now, port)
    } else {
      close(index, before: sample, at: now, port)
    }
  }

  /// Nothing more is known: ends every span.
  mutating func closeAll(before sample: Int64, at now: HostTime, _ port: DevicePort) {
    for index in begun.indices { close(index, before: sample, at: now, port) }
  }

  private mutating func close(
    _ index: Int, before sample: Int64, at now: HostTime, _ port: DevicePort
  ) {
    guard let start = begun[index] else { return }
    begun[index] = nil
    record(index, sample: start, duration: max(0, sample - start), 0, at: now, port)
  }

  private func record(
    _ index: Int, sample: Int64, duration: Int64, _ value: Int64, at now: HostTime,
    _ port: DevicePort
  ) {
    port.record(
      Event(
        time: now, sample: sample, duration: duration, kind: .sensorState, label: labels[index],
        value: .integer(value)), now: now)
  }
}
