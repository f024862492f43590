internal import FluxgateSignal

/// How a record's UTC was found. Raw values are written to recordings: never renumber.
enum DexcomTimeMethod: Int64 {
  /// System seconds, shifted by the distance of the system clock to the host's when both were read.
  case clockPair = 1
  /// Backfilled: as far from the last live reading as the transmitter says.
  case backfill = 2
  /// Backfilled, and no live reading is known to reckon from: when the record was written.
  case written = 3
}

/// The resolved moment of a record.
struct DexcomMoment {
  var utc: HostTime
  var method: DexcomTimeMethod
}

/// The distance of a receiver's system clock to the host's, in whole seconds.
///
/// The receiver counts whole seconds, so no finer distance is known. Answers are only ever late: the
/// smallest distance seen is the honest one, until the clocks have drifted two seconds apart.
struct DexcomClock {
  /// Seconds from 1970 that fit a moment in nanoseconds.
  private static let farthest: Int64 = 9_000_000_000

  private(set) var offset: Int64?
  /// System seconds and reading seconds of the last record that came live.
  private var lastLive: (system: Int64, reading: Int64)?

  mutating func observe(systemSeconds: Int64, at host: HostTime) {
    let seen = host.nanoseconds / .seconds(1) - systemSeconds
    guard let offset, abs(seen - offset) < 2 else {
      offset = seen
      return
    }
    self.offset = min(offset, seen)
  }

  mutating func moment(of record: DexcomRecord) -> DexcomMoment {
    if let reading = record.readingSeconds {
      if !record.isBackfilled {
        lastLive = (record.systemSeconds, reading)
      } else if let lastLive {
        let system = lastLive.system - (lastLive.reading - reading)
        return DexcomMoment(utc: utc(system), method: .backfill)
      } else {
        return DexcomMoment(utc: utc(record.systemSeconds), method: .written)
      }
    }
    return DexcomMoment(utc: utc(record.systemSeconds), method: .clockPair)
  }

  func utc(_ systemSeconds: Int64) -> HostTime {
    let seconds = systemSeconds + (offset ?? 0)
    return HostTime(nanoseconds: min(max(seconds, -Self.farthest), Self.farthest) * .seconds(1))
  }
}
