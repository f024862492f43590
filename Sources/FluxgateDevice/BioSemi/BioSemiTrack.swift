internal import FluxgateSignal

/// Numbers and times of sweeps: an even sampling that is tied to the host's clock.
struct BioSemiTrack {
  /// Nanoseconds.
  private let period: Double
  /// Number of the next sweep, lost ones included; of this track, not of the recording.
  private var next = 0
  private var clock = ClockFit()

  init(rate: Double) { period = 1e9 / rate }

  var partsPerMillion: Double { clock.partsPerMillion }
  var jitter: Int64 { clock.jitter }
  var uncertainty: Int64 { clock.uncertainty }
  /// Sweeps have come whose times the line goes through.
  private(set) var hasLine = false

  /// How many sweeps late the last of the next `count` is at `now`, if none is missing.
  func lateness(of count: Int, at now: HostTime) -> Double {
    Double(clock.lateness(ofDevice: deviceTime(next + count - 1), arrival: now)) / period
  }

  /// The last of the next `count` sweeps has just come.
  mutating func observe(_ count: Int, at now: HostTime) {
    hasLine = true
    clock.observe(device: deviceTime(next + count - 1), arrival: now)
  }

  /// Times of the first and last of the next `count` sweeps, which are then behind.
  mutating func take(_ count: Int) -> (first: HostTime, last: HostTime) {
    let first = clock.hostTime(ofDevice: deviceTime(next))
    let last = clock.hostTime(ofDevice: deviceTime(next + count - 1))
    next += count
    return (first, last)
  }

  /// - Returns: how long the missing sweeps took, in nanoseconds.
  mutating func skip(_ missing: UInt64) -> Int64 {
    next += Int(missing)
    return Int64((Double(missing) * period).rounded())
  }

  /// The box measured at another rate meanwhile: the line starts anew.
  mutating func startAnew() {
    clock.reset()
    hasLine = false
  }

  private func deviceTime(_ sweep: Int) -> Int64 { Int64((Double(sweep) * period).rounded()) }
}
