/// Ties a device's clock to the host's by a straight line through the earliest arrivals.
///
/// Bytes are only ever late, never early, so in each window of one second the smallest difference
/// between arrival and device time is the honest one. A least-squares line with forgetting runs
/// through these minima; its slope is the rate error. The same observations give the same times,
/// however the reads were cut.
public struct ClockFit: Sendable {
  private static let window: Int64 = 1_000_000_000
  /// Weight kept from window to window: half after 90 s.
  private static let forgetting = 0.992_327_945

  private var origin: (device: Int64, arrival: Int64)?
  private var windowStart: Int64 = 0
  private var minimum: (device: Int64, delay: Int64)?
  private var settled = false
  // Weighted sums of t, y, tt, ty over the minima: t in seconds, y in nanoseconds.
  private var weight = 0.0
  private var sumT = 0.0
  private var sumY = 0.0
  private var sumTT = 0.0
  private var sumTY = 0.0
  private var slope = 0.0
  private var offset = 0.0
  private var lastGiven: Int64 = .min
  private var lateness = 0.0

  public init() {}

  /// Rate of the host's clock against the device's: positive when the device runs slow.
  public var partsPerMillion: Double { slope / 1000 }
  /// Mean lateness of arrivals against the line, in nanoseconds.
  public var jitter: Int64 { Int64(lateness.rounded()) }

  /// - Parameters:
  ///   - device: nanoseconds on the device's clock, from any origin, at which a sample was made.
  ///   - arrival: when its bytes arrived.
  public mutating func observe(device: Int64, arrival: HostTime) {
    guard let origin else {
      self.origin = (device, arrival.nanoseconds)
      windowStart = device
      minimum = (device, 0)
      return
    }
    let delay = (arrival.nanoseconds &- origin.arrival) &- (device &- origin.device)
    if device &- windowStart >= Self.window { closeWindow(next: device) }
    if minimum.map({ delay < $0.delay }) ?? true { minimum = (device, delay) }
    if !settled, let minimum { offset = Double(minimum.delay) }
    let late = Double(delay) - line(at: device)
    lateness += (max(0, late) - lateness) / 256
  }

  /// The host's time of a moment on the device's clock; never runs backward.
  public mutating func hostTime(ofDevice device: Int64) -> HostTime {
    guard let origin else { return HostTime(nanoseconds: device) }
    let straight = origin.arrival &+ (device &- origin.device) &+ Int64(line(at: device).rounded())
    lastGiven = max(lastGiven, straight)
    return HostTime(nanoseconds: lastGiven)
  }

  /// Forgets everything: the device started anew.
  public mutating func reset() {
    let given = lastGiven
    self = ClockFit()
    lastGiven = given
  }

  private func line(at device: Int64) -> Double {
    guard let origin else { return 0 }
    return offset + slope * Double(device &- origin.device) / 1e9
  }

  private mutating func closeWindow(next: Int64) {
    windowStart = next
    guard let origin, let lowest = minimum else { return }
    minimum = nil
    let t = Double(lowest.device &- origin.device) / 1e9
    let y = Double(lowest.delay)
    weight = weight * Self.forgetting + 1
    sumT = sumT * Self.forgetting + t
    sumY = sumY * Self.forgetting + y
    sumTT = sumTT * Self.forgetting + t * t
    sumTY = sumTY * Self.forgetting + t * y
    solve()
  }

  private mutating func solve() {
    let spread = weight * sumTT - sumT * sumT
    // Below ten windows the slope says more of jitter than of the clock.
    slope = weight > 9 && spread > 0 ? (weight * sumTY - sumT * sumY) / spread : 0
    offset = (sumY - slope * sumT) / weight
    settled = true
  }
}
