internal import FluxgateSignal

/// Follows the status words: triggers, and spans in which the box was not fit to measure.
struct BioSemiStateWatch {
  private var last: BioSemiStatus?
  /// Sample at which the present span began.
  private var outOfRange: Int64?
  private var batteryLow: Int64?

  /// Whether `status` says anything new; cheap, asked for every sweep.
  func isNews(_ status: BioSemiStatus) -> Bool { status != last }

  /// The events of a sweep whose status differs from the one before.
  mutating func take(_ status: BioSemiStatus, sample: Int64, time: HostTime) -> [Event] {
    var events: [Event] = []
    if let last, status.triggers != last.triggers {
      events.append(trigger("trigger", Int64(status.triggers), sample, time))
    }
    if status.isNewEpoch, last?.isNewEpoch == false {
      events.append(trigger("new epoch", 1, sample, time))
    }
    Self.follow(
      !status.isInRange, &outOfRange, "CMS out of range", "CMS in range", sample, time, &events)
    Self.follow(
      status.isBatteryLow, &batteryLow, "battery low", "battery good", sample, time, &events)
    last = status
    return events
  }

  /// Ends the spans that are open when the recording does.
  mutating func finish(sample: Int64, time: HostTime) -> [Event] {
    var events: [Event] = []
    Self.follow(false, &outOfRange, "", "recording ends, CMS out of range", sample, time, &events)
    Self.follow(false, &batteryLow, "", "recording ends, battery low", sample, time, &events)
    return events
  }

  private func trigger(
    _ label: String, _ value: Int64, _ sample: Int64, _ time: HostTime
  ) -> Event {
    Event(time: time, sample: sample, kind: .trigger, label: label, value: .integer(value))
  }

  /// One event when a span starts and one, with its length, when it ends.
  private static func follow(
    _ isOn: Bool, _ began: inout Int64?, _ start: String, _ end: String, _ sample: Int64,
    _ time: HostTime, _ events: inout [Event]
  ) {
    guard isOn != (began != nil) else { return }
    events.append(
      Event(
        time: time, sample: sample, duration: began.map { sample - $0 } ?? 0, kind: .sensorState,
        label: isOn ? start : end))
    began = isOn ? sample : nil
  }
}
