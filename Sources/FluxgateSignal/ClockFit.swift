/// Ties a device's clock to the host's by a straight line through the earliest arrivals.
///
/// Bytes are only ever late, never early, so in each window of one second the smallest difference
/// between arrival and device time is the honest one. A least-squares line with forgetting runs
/// through these minima (``MinimaLine``); its slope is the rate error. The same observations give the
/// same times, however the reads were cut.
public struct ClockFit: Sendable {
  private static let window: Int64 = 1_000_000_000
  /// A correction of the line is spread: times run at most so much slower or faster meanwhile.
  private static let slew = 0.25

  private var origin: (device: Int64, arrival: Int64)?
  private var windowStart: Int64 = 0
  private var minimum: (device: Int64, delay: Int64)?
  private var line = MinimaLine()
  private var given: (device: Int64, time: Int64)?
  private var floor: Int64 = .min
  private var lateness = 0.0

  public init() {}

  /// Rate of the host's clock against the device's: positive when the device runs slow.
  public var partsPerMillion: Double { line.slope / 1000 }
  /// Mean lateness of arrivals against the line, in nanoseconds.
  public var jitter: Int64 { Int64(lateness.rounded()) }
  /// Root mean square distance of the minima from the line, in nanoseconds.
  public var residual: Int64 { Int64(line.residual.rounded()) }
  /// How many windows the line rests on.
  public var windowCount: Int { line.count }
  /// Least lateness of the last windows, and how many there were, that lay too late for the line.
  public var shift: (lateness: Int64, windows: Int) { (Int64(line.shift), line.shiftedWindows) }

  /// Half-width of what is not known of a time from this fit, in nanoseconds: twice the residual, and
  /// the mean lateness until ten windows are there. The least delay of the link itself cannot be seen.
  public var uncertainty: Int64 { line.count < 10 ? max(jitter, 2 * residual) : 2 * residual }

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
    if line.count == 0, let minimum { line.rest(on: Double(minimum.delay)) }
    let late = Double(delay) - delayOfLine(at: device)
    lateness += (max(0, late) - lateness) / 256
  }

  /// How much later than the line the bytes of a moment on the device's clock arrived, in
  /// nanoseconds; 0 before anything was observed.
  public func lateness(ofDevice device: Int64, arrival: HostTime) -> Int64 {
    guard origin != nil else { return 0 }
    return arrival.nanoseconds &- straight(device)
  }

  /// The host's time of a moment on the device's clock; never runs backward.
  ///
  /// Between moments of a second or less, corrections of the line are spread evenly.
  public mutating func hostTime(ofDevice device: Int64) -> HostTime {
    guard origin != nil else { return HostTime(nanoseconds: device) }
    var time = max(straight(device), floor)
    if let given {
      let step = device &- given.device
      if step > 0, step <= Self.window {
        let spread = Int64(Double(step) * Self.slew)
        let least = given.time &+ step &- spread
        time = min(max(time, least), max(given.time &+ step &+ spread, given.time))
      }
      time = max(time, given.time)
    }
    given = (device, time)
    return HostTime(nanoseconds: time)
  }

  /// Forgets everything but the order of time: the device started anew.
  public mutating func reset() {
    let newest = max(floor, given?.time ?? .min)
    self = ClockFit()
    floor = newest
  }

  /// The shift was a loss that is now counted: the windows that showed it say nothing of the clock.
  public mutating func forgetShift() {
    line.forgetShift()
    minimum = nil
  }

  private func straight(_ device: Int64) -> Int64 {
    guard let origin else { return device }
    return origin.arrival &+ (device &- origin.device) &+ Int64(delayOfLine(at: device).rounded())
  }

  private func delayOfLine(at device: Int64) -> Double {
    guard let origin else { return 0 }
    return line.value(at: Double(device &- origin.device) / 1e9)
  }

  private mutating func closeWindow(next: Int64) {
    windowStart = next
    guard let origin, let lowest = minimum else { return }
    minimum = nil
    line.add(Double(lowest.device &- origin.device) / 1e9, Double(lowest.delay))
  }
}
