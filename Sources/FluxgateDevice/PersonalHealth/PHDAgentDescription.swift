internal import FluxgateSignal

/// What an agent says of itself, as far as it is kept.
struct PHDAgentDescription {
  var maker = ""
  var model = ""
  var firmware = ""
  /// Its clock now.
  var clock: PHDTime?
  /// Percent.
  var battery: UInt16?
  /// Bits: 8000 on mains, 4000 on battery, and how it is charged.
  var power: UInt16?

  private static let firmwareRevision: UInt16 = 5
  private static let mostSpecifications = 32

  mutating func take(_ attribute: UInt16, _ value: inout PHDReader) {
    switch attribute {
    case PHDAttribute.model:
      maker = Self.text(&value)
      model = Self.text(&value)
    case PHDAttribute.productionSpecification: takeSpecifications(&value)
    case PHDAttribute.absoluteClock: clock = .absolute(&value)
    // Base-offset time says UTC itself: better where both are there.
    case PHDAttribute.baseOffsetClock: clock = .baseOffset(&value)
    case PHDAttribute.batteryCharge: battery = value.u16()
    case PHDAttribute.powerStatus: power = value.u16()
    default: break
    }
  }

  private mutating func takeSpecifications(_ value: inout PHDReader) {
    for _ in 0..<value.listCount(most: Self.mostSpecifications) {
      let kind = value.u16()
      _ = value.u16()
      let found = Self.text(&value)
      if kind == Self.firmwareRevision { firmware = found }
    }
  }

  private static func text(_ value: inout PHDReader) -> String {
    var text = value.octets()
    return text.text()
  }
}

/// The agent's states as last told, so that only changes become events.
struct PHDStates {
  /// Milliseconds.
  private static let clockTolerance: Int64 = 2000

  private var battery: UInt16?
  private var power: UInt16?
  private var clockDistance: Int64?

  mutating func changes(to agent: PHDAgentDescription, at now: HostTime) -> [Event] {
    var events: [Event] = []
    if let found = agent.battery, found != battery {
      battery = found
      events.append(state("battery percent", Int64(found), at: now))
    }
    if let found = agent.power, found != power {
      power = found
      events.append(state("power status", Int64(found), at: now))
    }
    if let time = agent.clock { events += clockChange(time, at: now) }
    return events
  }

  /// The agent's wall clock beside the host's UTC, at first and whenever it was set.
  private mutating func clockChange(_ time: PHDTime, at now: HostTime) -> [Event] {
    let distance = now.nanoseconds / .milliseconds(1) - time.wallMilliseconds
    if let known = clockDistance, abs(distance - known) < Self.clockTolerance { return [] }
    clockDistance = distance
    return [state("agent wall clock ms", time.wallMilliseconds, at: now)]
  }

  private func state(_ label: String, _ value: Int64, at now: HostTime) -> Event {
    Event(time: now, kind: .sensorState, label: label, value: .integer(value))
  }
}
