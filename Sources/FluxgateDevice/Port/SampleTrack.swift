public import FluxgateSignal

/// One stream on its way from frames to rows: counts what is missing, and when each row was made.
///
/// For devices that sample evenly, with or without a counter. After a jump of the counter, or a silence
/// that may hide a whole round of it, rows wait up to a tenth of a second (or three periods) until their
/// pace tells a loss from a late lump: late rows catch up, rows after a loss do not. Belongs to the
/// acquisition thread; allocates nothing after `init`.
public final class SampleTrack {
  private static let mostHeldBytes = 8 << 20
  private static let holdTime = Int64.milliseconds(100)
  private static let leastTolerance = 20e6
  /// Lateness that makes one wait, where the counter says nothing: in nanoseconds and in periods.
  private static let suspectTime = 50e6
  private static let suspectPeriods = 4.0
  /// Rows cannot come before they were made: earlier than this, a clock was set.
  private static let impossiblyEarly = 250e6

  private let outlet: StreamOutlet
  private let rule: CounterRule
  private var clock: SampleClock
  private var held: HeldRows
  private var count: UInt64?
  private var pending: DiscontinuityReason?
  private var damaged: UInt64 = 0
  private var heldSince = HostTime(nanoseconds: 0)
  private var lateAtFirst = 0.0
  private var leastLate = 0.0
  private var lastRow: HostTime?

  /// - Parameters:
  ///   - rate: rows a second, as the device or its profile says.
  ///   - counter: how the device numbers its rows.
  public init(outlet: StreamOutlet, rate: Double, counter: CounterRule) {
    self.outlet = outlet
    rule = counter
    clock = SampleClock(rate: rate)
    let rowBytes = outlet.description.rowByteCount
    let rows = max(64, min(Int(rate * 4), Self.mostHeldBytes / rowBytes))
    held = HeldRows(rowBytes: rowBytes, rows: rows)
  }

  /// Takes whole rows in the outlet's number type, in the order the device made them.
  ///
  /// - Parameters:
  ///   - counter: what the device counted at the first of them; nil where it does not count.
  ///   - now: when their last byte arrived.
  public func accept(_ rows: RawSpan, counter: UInt64?, at now: HostTime) {
    let number = rows.byteCount / outlet.description.rowByteCount
    guard number > 0 else { return }
    let missing = missing(before: counter, rows: UInt64(number))
    if !held.isEmpty {
      hold(rows, number, missing, at: now)
    } else if isSound(missing, UInt64(number), at: now) {
      pass(rows, UInt64(number), at: now)
    } else {
      suspect(rows, number, missing, at: now)
    }
  }

  /// A row came damaged: it takes a number and is lost. Only for devices that do not count.
  public func noteDamaged(_ count: Int) {
    if !held.isEmpty { decide() }
    damaged += UInt64(count)
  }

  /// What happened before the next row: a lost link, a restart, a changed rate.
  public func note(_ reason: DiscontinuityReason) {
    if !held.isEmpty { decide() }
    pending = reason
  }

  /// When `wake` wants to be called; nil for never. Rows may be held until then.
  public var nextWake: HostTime? { held.isEmpty ? nil : holdEnd }

  public func wake(at now: HostTime) {
    if !held.isEmpty, now >= holdEnd { decide() }
  }

  /// Hands on what is held: the link is lost or the recording ends.
  public func finish(at now: HostTime) {
    if !held.isEmpty { decide() }
    noteCountedDamage()
  }

  private var holdEnd: HostTime {
    heldSince.advanced(by: max(Self.holdTime, Int64(3 * clock.period)))
  }

  private func missing(before counter: UInt64?, rows: UInt64) -> UInt64? {
    guard let counter else { return 0 }
    defer { count = rule.count(counter, after: rows - 1) }
    guard let count else { return 0 }
    return rule.missing(after: count, before: counter)
  }

  /// Nothing is missing, nothing was noted, and the rows are about as late as rows are.
  private func isSound(_ missing: UInt64?, _ rows: UInt64, at now: HostTime) -> Bool {
    guard missing == 0, pending == nil else { return clock.next == 0 && missing == 0 }
    let late = clock.lateness(rows: rows, missing: damaged, arrival: now)
    return late < suspectLateness && late > -max(Self.impossiblyEarly, 4 * clock.period)
  }

  private var tolerance: Double {
    max(Self.leastTolerance, 2.5 * clock.period, 3 * Double(clock.residual))
  }

  private var suspectLateness: Double {
    let floor = max(Self.suspectTime, Self.suspectPeriods * clock.period)
    guard let around = rule.rowsAround, around > 1 else { return floor }
    // Less than half a round is lateness, whatever its cause.
    return max(floor, Double(around) * clock.period / 2)
  }

  private func pass(_ rows: RawSpan, _ number: UInt64, at now: HostTime) {
    noteCountedDamage()
    if rule == .none, clock.isSettled {
      let slipped = clock.slippedRows()
      if slipped > 0 { lose(slipped, .estimatedGap) }
    }
    if pending != nil { lose(0, pending ?? .streamStart) }
    append(rows, number, at: now)
  }

  private func append(_ rows: RawSpan, _ number: UInt64, at now: HostTime) {
    let times = clock.take(rows: number, arrival: now)
    outlet.append(rows, from: times.first, to: times.last, now: now)
    lastRow = times.last
    outlet.counters.noteClock(
      partsPerMillion: clock.partsPerMillion, jitter: clock.jitter,
      uncertainty: clock.uncertainty)
  }

  private func lose(_ missing: UInt64, _ reason: DiscontinuityReason) {
    let step = Int64((Double(missing) * clock.period).rounded())
    outlet.noteGap(reason, missing: missing, timeStep: step)
    clock.skip(missing)
    pending = nil
  }

  private func noteCountedDamage() {
    guard damaged > 0 else { return }
    let kept = pending
    lose(damaged, .corrupted)
    pending = kept
    damaged = 0
  }

  // MARK: - Waiting

  private func suspect(_ rows: RawSpan, _ number: Int, _ missing: UInt64?, at now: HostTime) {
    heldSince = now
    lateAtFirst = clock.lateness(
      rows: UInt64(number), missing: damaged + (missing ?? 0), arrival: now)
    leastLate = lateAtFirst
    guard held.hasRoom(for: number) else {
      guard settle(missing) == 0 else { return }
      pass(rows, UInt64(number), at: now)
      return
    }
    held.hold(rows, missing: missing, arrival: now)
  }

  private func hold(_ rows: RawSpan, _ number: Int, _ missing: UInt64?, at now: HostTime) {
    guard missing == 0, held.hasRoom(for: number) else {
      // A second break ends the wait for the first one; a lump that is still worked off lost nothing.
      if missing == 0, isCatchingUp(leastLate, now) { leastLate = 0 }
      decide()
      suspect(rows, number, missing, at: now)
      return
    }
    let ahead = UInt64(held.rowCount + number)
    let late = clock.lateness(
      rows: ahead, missing: damaged + (held.runs[0].missing ?? 0), arrival: now)
    leastLate = min(leastLate, late)
    held.hold(rows, missing: 0, arrival: now)
    if caughtUp { decide() } else if now >= holdEnd, !isCatchingUp(late, now) { decide() }
  }

  /// The rows were only late: none is missing.
  private var caughtUp: Bool {
    held.runs[0].missing == 0 && pending == nil && leastLate <= tolerance
  }

  /// Lateness falls by a tenth of the time that passes, or more: a lump is being worked off.
  private func isCatchingUp(_ late: Double, _ now: HostTime) -> Bool {
    pending == nil && lateAtFirst - late > Double(now.since(heldSince)) / 10
  }

  private func decide() {
    var repeated = settle(held.runs[0].missing)
    var first = 0
    for run in held.runs {
      let dropped = min(repeated, run.rows)
      let kept = run.rows - dropped
      if kept > 0 {
        held.withRows(from: first + dropped, count: kept) {
          append($0, UInt64(kept), at: run.arrival)
        }
      }
      repeated -= dropped
      first += run.rows
    }
    held.removeAll()
  }

  /// Enters what is missing before the held rows.
  ///
  /// - Returns: how many of their first came before and are to be passed over.
  private func settle(_ missing: UInt64?) -> Int {
    noteCountedDamage()
    let judgement = LossJudgement(
      rowsAround: rule.rowsAround, period: clock.period, tolerance: tolerance)
    switch judgement.outcome(missing: missing, lateness: leastLate) {
    case .counted(let number):
      if number > 0 || pending != nil { lose(number, pending ?? .counterGap) }
    case .stepped:
      step()
    case .estimated(let number):
      enterEstimate(number)
    case .repeated(let number):
      return Int(min(number, UInt64(held.rowCount)))
    }
    return 0
  }

  /// What happened and how many are missing are two things where the number is only the clock's.
  private func enterEstimate(_ missing: UInt64) {
    if let reason = pending ?? (rule == .none ? nil : .deviceReset) { lose(0, reason) }
    if missing > 0 { lose(missing, .estimatedGap) }
    if missing == 0, leastLate < -Self.impossiblyEarly { step() }
  }

  private func step() {
    if let pending { lose(0, pending) }
    outlet.noteGap(.clockJump, missing: 0, timeStep: Int64(leastLate))
    clock.restartLine()
  }
}
