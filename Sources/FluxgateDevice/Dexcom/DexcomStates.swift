internal import FluxgateSignal

/// What the receiver is in at present, so that only changes become events.
struct DexcomStates {
  private var battery: Int64?
  private var charger: Int64?
  private var displayOffset: Int64?
  private var transmitter: Int64?
  private var special: (code: Int64, readings: Int64)?

  mutating func battery(_ percent: Int64, at now: HostTime) -> Event? {
    guard percent != battery else { return nil }
    battery = percent
    return Self.state("battery percent", .integer(percent), at: now)
  }

  mutating func charger(_ code: Int64, at now: HostTime) -> Event? {
    guard code != charger else { return nil }
    charger = code
    return Self.state("charger", .text(Self.chargerNames[code] ?? "code \(code)"), at: now)
  }

  /// A span without glucose: one event where it begins, and one where it ends with its length in
  /// readings.
  mutating func glucose(_ code: Int64?, at time: HostTime) -> [Event] {
    if let special, special.code == code {
      self.special?.readings += 1
      return []
    }
    var events: [Event] = []
    if let special { events.append(Self.noGlucose(special.code, special.readings, at: time)) }
    if let code { events.append(Self.noGlucose(code, 0, at: time)) }
    special = code.map { ($0, 1) }
    return events
  }

  /// The only record of a changed wall clock is that its distance differs from setting to setting.
  mutating func setting(
    displayOffset offset: Int64, transmitter id: Int64, flags: Int64, at time: HostTime
  ) -> [Event] {
    var events: [Event] = []
    if let known = displayOffset, known != offset {
      events.append(
        Self.message("display clock changed seconds", .integer(offset - known), at: time))
    }
    if transmitter != id {
      events.append(Self.state("transmitter", .text(Self.transmitterName(id)), at: time))
    }
    if flags & Self.timeLoss != 0 {
      events.append(Self.message("receiver lost its time", .none, at: time))
    }
    (displayOffset, transmitter) = (offset, id)
    return events
  }

  /// Five characters of five bits, the first one highest.
  static func transmitterName(_ id: Int64) -> String {
    let name = String((0..<5).map { alphabet[Int(id >> (20 - $0 * 5) & 31)] })
    return name == "60000" ? "not paired" : name
  }

  private static let timeLoss: Int64 = 0x200
  private static let alphabet = Array("0123456789ABCDEFGHJKLMNPQRSTUWXY")
  private static let chargerNames: [Int64: String] = [
    1: "charging", 2: "not charging", 3: "thermistor fault", 4: "bad battery",
  ]
  /// Codes below 20 stand for no glucose; these have names.
  private static let specialNames: [Int64: String] = [
    0: "none", 1: "sensor not active", 2: "minimal deviation", 3: "no antenna",
    5: "sensor not calibrated", 6: "counts deviation", 9: "absolute deviation",
    10: "power deviation", 12: "bad RF",
  ]

  private static func noGlucose(_ code: Int64, _ readings: Int64, at time: HostTime) -> Event {
    let label = "no glucose: " + (specialNames[code] ?? "code \(code)")
    return Event(
      time: time, duration: readings, kind: .sensorState, label: label, value: .integer(code))
  }

  private static func state(_ label: String, _ value: EventValue, at time: HostTime) -> Event {
    Event(time: time, kind: .sensorState, label: label, value: value)
  }

  private static func message(_ label: String, _ value: EventValue, at time: HostTime) -> Event {
    Event(time: time, kind: .deviceMessage, label: label, value: value)
  }
}

/// What new records say beside their own rows.
extension DexcomDecoder {
  private static let mostPoints: Int64 = 12
  private static let displayOnly: Int64 = 0x8000

  func tell(of record: DexcomRecord, at now: HostTime, _ port: DevicePort) {
    switch record.type {
    case .calibration: tellPoints(of: record, at: now, port)
    case .egv: tellGlucose(of: record, at: now, port)
    case .userSetting: tellSetting(of: record, at: now, port)
    default: break
    }
  }

  private func tellPoints(of record: DexcomRecord, at now: HostTime, _ port: DevicePort) {
    let outlet = port.outlets[progress.count + 1]
    for index in 0..<min(record.number("point_count") ?? 0, Self.mostPoints) {
      guard let point = record.calibrationPoint(Int(index)) else { return }
      let utc = clock.utc(point[0])
      let row = [Int64(record.number), index] + point + [utc.nanoseconds]
      outlet.append(row + [DexcomTimeMethod.clockPair.rawValue], at: utc, now: now)
    }
  }

  /// A corrected display repeats a reading and says nothing of the sensor.
  private func tellGlucose(of record: DexcomRecord, at now: HostTime, _ port: DevicePort) {
    guard !record.isBackfilled, let word = record.number("raw_word"), word & Self.displayOnly == 0
    else { return }
    let glucose = DexcomGlucose(word: UInt16(truncatingIfNeeded: word))
    let code = glucose.state == .special ? glucose.specialCode : nil
    for event in states.glucose(code, at: clock.utc(record.systemSeconds)) {
      port.record(event, now: now)
    }
  }

  private func tellSetting(of record: DexcomRecord, at now: HostTime, _ port: DevicePort) {
    guard let offset = record.number("display_offset"), let id = record.number("transmitter_id"),
      let flags = record.number("flags")
    else { return }
    let events = states.setting(
      displayOffset: offset, transmitter: id, flags: flags, at: clock.utc(record.systemSeconds))
    for event in events { port.record(event, now: now) }
  }
}
