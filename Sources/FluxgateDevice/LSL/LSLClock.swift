internal import FluxgateSignal

/// The sender's clock against the host's: probes of the time service, and the line through them.
///
/// A wave is eight probes, 64 ms apart, every two seconds; of six or more answers the one with the
/// least round trip counts. A probe's own time is the moment at which it was due, which is never
/// later than it left: that can only lengthen the round trip, so the true offset always lies within
/// half the round trip of the one measured.
struct LSLClock {
  struct Measurement: Equatable {
    /// Host's clock less the sender's, in nanoseconds.
    var offset: Int64
    /// Half the round trip.
    var uncertainty: Int64
    var answers: Int
    /// The sender's clock stepped since the last wave.
    var hasJumped: Bool
  }

  static let probesPerWave = 8
  static let fewestAnswers = 6
  static let spacing = Int64.milliseconds(64)
  static let pause = Int64.seconds(2)
  static let foreignStamps = Int64.seconds(10)
  static let waveLength = Int64.milliseconds(700)
  /// Smaller steps are not told from a slow network.
  static let leastJump = 50e6
  /// A longer round trip says nothing.
  static let longestTrip = Int64.seconds(2)
  /// The line is not drawn out further than this, some 28 hours.
  private static let farthest: UInt64 = 100_000_000_000_000

  private(set) var fit = ClockFit()
  private(set) var hasEstimate = false
  private(set) var uncertainty: Int64 = 0
  /// Waves since the link was opened, the present one included.
  private(set) var waves = 0
  private(set) var nextWake: HostTime?
  /// The stamps are not on the clock that the probes measure, or that clock does not answer: the line
  /// runs through the samples' arrivals.
  var followsArrivals = false
  private var origin = HostTime(nanoseconds: 0)
  private var waveStart = HostTime(nanoseconds: 0)
  private var sent: [HostTime] = []
  private var answered: Set<Int> = []
  private var lastOffset: Int64 = 0
  /// The sender's time of the last observation.
  private var newest: Int64 = 0
  private var best: (trip: Int64, device: Int64, host: Int64)?

  mutating func begin(at now: HostTime) {
    origin = now
    waves = 0
    startWave(at: now)
  }

  mutating func end() { nextWake = nil }

  /// Forgets the line: the sender started anew or its clock stepped.
  mutating func reset() {
    fit.reset()
    hasEstimate = false
    followsArrivals = false
  }

  /// Until the next wave: what was stamped `device` arrived now.
  mutating func assume(device: Int64, at now: HostTime) {
    fit.reset()
    fit.observe(device: device, arrival: now)
    lastOffset = now.nanoseconds &- device
    newest = device
    best = nil
    answered = []
  }

  /// A stream without a time service: what was stamped `device` arrived now.
  mutating func observe(device: Int64, arrival: HostTime) {
    guard isNear(device, arrival) else { return assume(device: device, at: arrival) }
    fit.observe(device: device, arrival: arrival)
    newest = device
  }

  /// Never runs backward within what the line was measured for.
  mutating func hostTime(of device: Int64) -> HostTime {
    guard (device &- newest).magnitude < Self.farthest else { return presumed(device) }
    return fit.hostTime(ofDevice: device)
  }

  /// As `hostTime` by the last offset alone: for a stamp that is not believed yet.
  func presumed(_ device: Int64) -> HostTime { HostTime(nanoseconds: device &+ lastOffset) }

  /// Whether a stamp is of the clock that was measured: within ten seconds of the present.
  func isNear(_ device: Int64, _ now: HostTime) -> Bool {
    presumed(device).since(now).magnitude <= UInt64(Self.foreignStamps)
  }

  /// The sender's clock at a moment of the host's, as the last measurement says.
  func device(of now: HostTime) -> Int64 { now.nanoseconds &- lastOffset }

  /// - Returns: a probe to be sent, and what the wave that ended just now has given.
  mutating func wake(at now: HostTime) -> (probe: [UInt8]?, measured: Measurement?) {
    guard sent.count == Self.probesPerWave else { return (probe(at: now), nil) }
    guard now >= waveStart.advanced(by: Self.pause) else {
      nextWake = waveStart.advanced(by: Self.pause)
      return (nil, close())
    }
    startWave(at: now)
    return (probe(at: now), nil)
  }

  private mutating func startWave(at now: HostTime) {
    waves += 1
    waveStart = now
    sent.removeAll(keepingCapacity: true)
    answered.removeAll(keepingCapacity: true)
    best = nil
    nextWake = now.advanced(by: 1)
  }

  private mutating func probe(at now: HostTime) -> [UInt8] {
    sent.append(now)
    let isLast = sent.count == Self.probesPerWave
    nextWake =
      isLast ? waveStart.advanced(by: Self.waveLength) : now.advanced(by: Self.spacing)
    let number = waves * Self.probesPerWave + sent.count - 1
    return LSLRequest.time(wave: number, seconds: Double(now.since(origin)) / 1e9)
  }

  /// Takes an answer: probe's number, its own time, when it came in and when the answer left.
  mutating func take(_ text: String, at now: HostTime) {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 4, let number = Int(words[0]), let came = Self.time(words[2]),
      let left = Self.time(words[3])
    else { return }
    let place = number &- waves * Self.probesPerWave
    guard sent.indices.contains(place), answered.insert(place).inserted else { return }
    if answered.count == Self.probesPerWave { nextWake = now.advanced(by: 1) }
    let trip = now.since(sent[place]) &- (left &- came)
    guard trip >= 0, trip < best?.trip ?? Self.longestTrip else { return }
    let host = sent[place].advanced(by: now.since(sent[place]) / 2)
    best = (trip, came &+ (left &- came) / 2, host.nanoseconds)
  }

  private mutating func close() -> Measurement? {
    guard let best, answered.count >= Self.fewestAnswers else { return nil }
    let host = HostTime(nanoseconds: best.host)
    let offset = best.host &- best.device
    let step = Double(offset) - Double(lastOffset)
    let hasJumped =
      hasEstimate && !followsArrivals && step.magnitude > Self.leastJump + Double(best.trip)
    if hasJumped { fit.reset() }
    if !followsArrivals {
      lastOffset = offset
      fit.observe(device: best.device, arrival: host)
      newest = best.device
    }
    hasEstimate = true
    uncertainty = best.trip / 2
    return Measurement(
      offset: offset, uncertainty: uncertainty, answers: answered.count, hasJumped: hasJumped)
  }

  /// Seconds as text in nanoseconds; nil beyond what a clock can show.
  private static func time(_ text: Substring) -> Int64? {
    Double(text).flatMap(LSLClock.nanoseconds)
  }

  static func nanoseconds(_ seconds: Double) -> Int64? {
    seconds.magnitude < 4e9 ? Int64((seconds * 1e9).rounded()) : nil
  }
}
