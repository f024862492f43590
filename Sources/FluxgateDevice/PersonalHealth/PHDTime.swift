internal import FluxgateSignal

/// How an observation's UTC was found. Raw values are written to recordings: never renumber.
enum PHDTimeMethod: Int64 {
  /// The agent's wall clock, shifted by its distance to the host's when both were read. A change of
  /// that clock in between is not known.
  case clockPair = 1
  /// The agent itself said UTC and the zone (base-offset time).
  case baseOffset = 2
  /// The observation has no time that can be resolved: when it arrived.
  case arrival = 3
}

/// A time as the agent wrote it.
enum PHDTime: Equatable {
  /// Milliseconds since 1970 of a wall clock without a zone.
  case wall(milliseconds: Int64)
  /// UTC in nanoseconds since 1970 and the zone's distance in minutes.
  case baseOffset(nanoseconds: Int64, minutes: Int64)

  /// Years that a moment in nanoseconds can be reckoned from and to.
  private static let years: ClosedRange<Int64> = 1970...2199

  /// Eight BCD bytes: century, year, month, day, hour, minute, second, hundredths. Nil where they are
  /// no date.
  static func absolute(_ reader: inout PHDReader) -> PHDTime? {
    var parts = InlineArray<8, Int64>(repeating: 0)
    var isDecimal = true
    for place in parts.indices {
      let byte = reader.u8()
      if byte >> 4 > 9 || byte & 15 > 9 { isDecimal = false }
      parts[place] = Int64(byte >> 4) * 10 + Int64(byte & 15)
    }
    let year = parts[0] * 100 + parts[1]
    guard isDecimal, reader.isWhole, years.contains(year), (1...12).contains(parts[2]),
      (1...31).contains(parts[3]), parts[4] < 24, parts[5] < 60, parts[6] <= 60
    else { return nil }
    let days = Self.days(year: year, month: parts[2], day: parts[3])
    let seconds = days * 86_400 + parts[4] * 3600 + parts[5] * 60 + parts[6]
    return .wall(milliseconds: seconds * 1000 + parts[7] * 10)
  }

  /// Seconds since 1900 in UTC, fraction in 1/65536 s, minutes to local time.
  static func baseOffset(_ reader: inout PHDReader) -> PHDTime? {
    let seconds = Int64(reader.u32()) - 2_208_988_800
    let fraction = Int64(reader.u16())
    let minutes = Int64(Int16(bitPattern: reader.u16()))
    guard reader.isWhole else { return nil }
    return .baseOffset(
      nanoseconds: seconds * .seconds(1) + fraction * .seconds(1) / 65_536, minutes: minutes)
  }

  var wallMilliseconds: Int64 {
    switch self {
    case .wall(let milliseconds): milliseconds
    case .baseOffset(let nanoseconds, let minutes):
      nanoseconds / .milliseconds(1) + minutes * 60_000
    }
  }

  var zoneMinutes: Int64? {
    guard case .baseOffset(_, let minutes) = self else { return nil }
    return minutes
  }

  /// Days from 1970-01-01 in the Gregorian calendar, for years from 1970.
  private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
    // Years that begin in March have their leap day at the end.
    let shifted = month > 2 ? year : year - 1
    let monthFromMarch = (month + 9) % 12
    let leaps = shifted / 4 - shifted / 100 + shifted / 400
    return shifted * 365 + leaps + (monthFromMarch * 153 + 2) / 5 + day - 1 - 719_468
  }
}

/// The distance of an agent's wall clock to the host's, from the last time both were read.
struct PHDClock {
  private var offset: Int64?

  mutating func observe(_ time: PHDTime, at host: HostTime) {
    guard case .wall(let milliseconds) = time else { return }
    offset = host.nanoseconds - milliseconds * .milliseconds(1)
  }

  func resolve(_ time: PHDTime?, arrival: HostTime) -> (utc: HostTime, method: PHDTimeMethod) {
    switch time {
    case .baseOffset(let nanoseconds, _):
      return (HostTime(nanoseconds: nanoseconds), .baseOffset)
    case .wall(let milliseconds):
      guard let offset else { return (arrival, .arrival) }
      return (HostTime(nanoseconds: milliseconds * .milliseconds(1) + offset), .clockPair)
    case nil: return (arrival, .arrival)
    }
  }
}
