internal import FluxgateSignal

/// Evenly sampled rows with the sender's stamps on their way to the outlet: when each was made, and
/// how many are missing between them.
///
/// The protocol has no counter. What is lost shows as stamps that stay late against an even line: a
/// row that seems late is held with those behind it until one falls back onto the line (only its
/// stamp was late) or a quarter of a second has passed (as many samples are missing as periods fit
/// into the least lateness). Stamps that jitter widen the least loss that can be seen.
struct LSLTrack {
  private static let holdTime = Int64.milliseconds(250)
  private static let longestHold = Int64.seconds(1)
  private static let fewestHeld = 4
  private static let leastStepBack = 1e9
  /// Stamps this much later than the present are not of samples that were lost.
  private static let leastAhead = Int64.milliseconds(50)

  let outlet: StreamOutlet
  private let period: Double
  private let rowBytes: Int
  private let windowRows: Int
  private var origin: Int64?
  /// Number of the next row on the line, lost ones included.
  private var index: Int64 = 0
  /// From the number of a row to its stamp.
  private var line = ClockFit()
  private var base: LateBase
  private var pendingBreak: DiscontinuityReason?
  private var expectsJump = false
  private var lastTime: HostTime?

  private var held: [UInt8] = []
  private var heldStamps: [Int64] = []
  private var leaving: [Int64] = []
  private var heldLowest = 0.0
  private var heldIsAhead = false
  private(set) var nextWake: HostTime?

  private var batch: [UInt8] = []
  private var batchFirst: HostTime?
  private var batchLast = HostTime(nanoseconds: 0)

  init(outlet: StreamOutlet, rate: Double) {
    self.outlet = outlet
    period = 1e9 / rate
    rowBytes = outlet.description.rowByteCount
    windowRows = max(16, Int(rate / 8))
    base = LateBase(windowRows: windowRows)
  }

  /// Takes the next row. - Returns: true when the sender's clock was found to have stepped.
  mutating func accept(
    _ row: [UInt8], stamp: Double, clock: inout LSLClock, at now: HostTime
  ) -> Bool {
    let stamp = Int64(stamp.rounded())
    if origin == nil { origin = stamp }
    if expectsJump || lateness(of: stamp) < -max(Self.leastStepBack, 4 * period) {
      release(&clock, at: now)
      jump(to: stamp, &clock, at: now)
      pass(row, stamp, &clock, at: now)
      return true
    }
    if pendingBreak != nil { settle(stamp, clock) }
    guard heldStamps.isEmpty else { return hold(row, stamp, &clock, at: now) }
    guard base.isLate(residual(of: stamp), period) else {
      pass(row, stamp, &clock, at: now)
      return false
    }
    let limit = now.advanced(by: Self.leastAhead + clock.uncertainty)
    heldIsAhead = clock.presumed(stamp) > limit
    heldLowest = .infinity
    nextWake = now.advanced(by: Self.longestHold)
    return hold(row, stamp, &clock, at: now)
  }

  /// What happened before the next row: a lost link, a restart.
  mutating func note(_ reason: DiscontinuityReason, clock: inout LSLClock, at now: HostTime) {
    finish(&clock, at: now)
    pendingBreak = reason
    guard reason == .deviceReset else { return }
    origin = nil
    index = 0
    line = ClockFit()
    base = LateBase(windowRows: windowRows)
  }

  /// The sender's clock was seen to step: the next row tells where to.
  mutating func noteClockJump() { expectsJump = true }

  mutating func wake(_ clock: inout LSLClock, at now: HostTime) -> Bool {
    guard let due = nextWake, due <= now else { return false }
    defer { flush(at: now) }
    return decide(&clock, at: now)
  }

  /// Hands on all that is held.
  mutating func finish(_ clock: inout LSLClock, at now: HostTime) {
    release(&clock, at: now)
    flush(at: now)
  }

  /// Hands the rows passed since the last call to the outlet.
  mutating func flush(at now: HostTime) {
    guard let first = batchFirst else { return }
    batchFirst = nil
    // SAFETY: the bytes are read before `batch` changes.
    unsafe outlet.append(batch.span.bytes, from: first, to: batchLast, now: now)
    batch.removeAll(keepingCapacity: true)
  }

  // MARK: - Rows

  private func residual(of stamp: Int64) -> Double {
    Double(stamp &- (origin ?? stamp)) - Double(index + Int64(heldStamps.count)) * period
  }

  private func lateness(of stamp: Int64) -> Double { base.lateness(of: residual(of: stamp)) }

  private mutating func pass(
    _ row: [UInt8], _ stamp: Int64, _ clock: inout LSLClock, at now: HostTime
  ) {
    pass(row[...], stamp, late: lateness(of: stamp), &clock)
  }

  private mutating func pass(
    _ row: ArraySlice<UInt8>, _ stamp: Int64, late: Double, _ clock: inout LSLClock
  ) {
    let place = Int64((Double(index) * period).rounded())
    // A stamp that is far off says nothing of the line.
    if late.magnitude <= LateBase.far(period) {
      line.observe(device: place, arrival: HostTime(nanoseconds: stamp))
    }
    base.observe(late, period)
    let even = line.hostTime(ofDevice: place)
    let time = clock.hostTime(of: even.nanoseconds)
    batch += row
    batchFirst = batchFirst ?? time
    batchLast = time
    lastTime = time
    index += 1
  }

  // MARK: - Held rows

  private mutating func hold(
    _ row: [UInt8], _ stamp: Int64, _ clock: inout LSLClock, at now: HostTime
  ) -> Bool {
    let found = residual(of: stamp)
    heldLowest = min(heldLowest, found)
    held += row
    heldStamps.append(stamp)
    guard base.isLate(found, period) else {
      release(&clock, at: now)
      return false
    }
    let span = stamp &- heldStamps[0]
    let isLong = span >= Self.holdTime && heldStamps.count >= Self.fewestHeld
    guard isLong || heldIsAhead || heldStamps.count >= windowRows * 4 else { return false }
    return decide(&clock, at: now)
  }

  /// The lateness lasts: either samples are missing or the sender's clock stepped.
  private mutating func decide(_ clock: inout LSLClock, at now: HostTime) -> Bool {
    let isJump = heldIsAhead
    if isJump, let stamp = heldStamps.first {
      jump(to: stamp, &clock, at: now)
    } else {
      lose(heldLowest)
    }
    release(&clock, at: now)
    return isJump
  }

  /// Passes the held rows on.
  private mutating func release(_ clock: inout LSLClock, at now: HostTime) {
    nextWake = nil
    // Two arrays take turns, so that none is made anew.
    swap(&heldStamps, &leaving)
    for (place, stamp) in leaving.enumerated() {
      let row = held[place * rowBytes..<(place + 1) * rowBytes]
      pass(row, stamp, late: lateness(of: stamp), &clock)
    }
    leaving.removeAll(keepingCapacity: true)
    held.removeAll(keepingCapacity: true)
  }

  // MARK: - Breaks

  /// Enters the samples that `residual` says are missing before the row that is next.
  private mutating func lose(_ residual: Double) {
    let count = (base.lateness(of: residual) / period).rounded()
    guard count >= 1, count < 1e12 else { return }
    flush(at: lastTime ?? HostTime(nanoseconds: 0))
    outlet.noteGap(
      .estimatedGap, missing: UInt64(count), timeStep: Int64((count * period).rounded()))
    index += Int64(count)
  }

  private mutating func jump(to stamp: Int64, _ clock: inout LSLClock, at now: HostTime) {
    flush(at: now)
    let step = stamp &- Int64((Double(index) * period).rounded()) &- (origin ?? stamp)
    // A step that a wave of probes has told already is in the clock.
    if !expectsJump || !clock.isNear(stamp, now) { clock.assume(device: stamp, at: now) }
    expectsJump = false
    outlet.noteGap(.clockJump, missing: 0, timeStep: step)
    origin = stamp
    index = 0
    line = ClockFit()
    base = LateBase(windowRows: windowRows)
  }

  /// Enters what a lost link or a restart has cost before the row with this stamp.
  private mutating func settle(_ stamp: Int64, _ clock: LSLClock) {
    guard let reason = pendingBreak else { return }
    pendingBreak = nil
    let last = lastTime ?? clock.presumed(stamp)
    let step = clock.presumed(stamp).since(last) &- Int64(period)
    outlet.noteGap(reason, missing: 0, timeStep: reason == .deviceReset ? step : 0)
    // After a restart nobody knows what the sender made meanwhile.
    if reason == .linkLost { lose(residual(of: stamp)) }
  }
}
