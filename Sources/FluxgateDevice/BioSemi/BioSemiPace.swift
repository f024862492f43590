internal import FluxgateSignal

/// The least lateness of the stream in each of the last spans of time, in sweeps.
///
/// A loss makes the stream late once and for good; a gateway that lags makes it later and later, and
/// one that catches up ever less late. So lateness is a loss only where it stays what it is.
struct BioSemiPace {
  private static let span = Int64.milliseconds(100)
  private static let proofs = 5

  private var closed: [Double] = []
  /// Spans closed since `watch`, up to `proofs`.
  private var watched = 0
  private var begin: HostTime?
  private var current = Double.infinity

  init() { closed.reserveCapacity(Self.proofs + 1) }

  /// How late the stream lately was at its best; 0 when nothing is known.
  var least: Double {
    let lowest = min(closed.last ?? .infinity, current)
    return lowest.isFinite ? lowest : 0
  }

  /// What lateness stayed at, since `watch`, within `tolerance` sweeps; nil when it did not.
  func settled(within tolerance: Double) -> Double? {
    guard watched >= Self.proofs, let low = closed.min(), let high = closed.max() else {
      return nil
    }
    return high - low <= tolerance ? low : nil
  }

  mutating func note(_ late: Double, at now: HostTime) {
    let since = begin ?? now
    begin = since
    if now.since(since) >= Self.span { close(at: now) }
    current = min(current, late)
  }

  /// `settled` speaks of what comes from now on.
  mutating func watch(at now: HostTime) {
    if begin != nil { close(at: now) }
    watched = 0
  }

  /// So many sweeps are now counted as lost: the stream is less late by them.
  mutating func excuse(_ missing: UInt64) {
    for index in closed.indices { closed[index] -= Double(missing) }
    current -= Double(missing)
  }

  mutating func forget() {
    closed.removeAll(keepingCapacity: true)
    watched = 0
    begin = nil
    current = .infinity
  }

  private mutating func close(at now: HostTime) {
    if current.isFinite {
      if closed.count == Self.proofs { closed.removeFirst() }
      closed.append(current)
      watched = min(watched + 1, Self.proofs)
    }
    begin = now
    current = .infinity
  }
}
