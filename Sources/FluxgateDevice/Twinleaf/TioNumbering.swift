internal import FluxgateSignal

/// Follows the sample numbers of one stream through segments, losses and restarts.
///
/// Also keeps a device time that runs on through the segments: nanoseconds of samples since the
/// first one seen, lost ones included.
struct TioNumbering {
  /// A break before a packet's first sample.
  struct Break: Equatable {
    var reason: DiscontinuityReason
    var missing: UInt64
  }

  enum Verdict: Equatable {
    case continuous
    case broken(Break)
    /// Samples that were there before.
    case repeated
  }

  /// Start times are whole seconds: one that says more than the host's clock allows is not believed.
  private static let disbelief = Int64.seconds(3)

  private(set) var segment: TioSegment?
  /// Number of the sample that comes next in `segment`.
  private(set) var next: UInt64 = 0
  /// Device time at the start of `segment`.
  private var segmentTime: Int64 = 0
  private var lastArrival = HostTime(nanoseconds: 0)
  /// What happened to the device or the line since the last sample.
  private(set) var pending: DiscontinuityReason?

  mutating func note(_ reason: DiscontinuityReason) {
    if segment != nil, pending != .deviceReset { pending = reason }
  }

  func isBackward(_ number: UInt64, in other: TioSegment) -> Bool {
    guard let segment, pending != .deviceReset else { return false }
    return segment.isSameStretch(as: other) && number < next
  }

  /// Device time at the end of sample `number` of the current segment.
  func endTime(ofSample number: UInt64) -> Int64 {
    segmentTime &+ (segment?.duration(ofSamples: number + 1) ?? 0)
  }

  /// Takes in a packet of `count` samples from `number` on.
  mutating func accept(
    _ number: UInt64, count: UInt64, in new: TioSegment, at arrival: HostTime, segmentCount: Int
  ) -> Verdict {
    if isBackward(number, in: new) { return .repeated }
    let found = step(to: number, count: count, in: new, at: arrival, segmentCount: segmentCount)
    segment = new
    next = number + count
    lastArrival = arrival
    pending = nil
    return found.map(Verdict.broken) ?? .continuous
  }

  private mutating func step(
    to number: UInt64, count: UInt64, in new: TioSegment, at arrival: HostTime, segmentCount: Int
  ) -> Break? {
    guard let old = segment else { return nil }
    if pending == .deviceReset {
      segmentTime = 0
      return Break(reason: .deviceReset, missing: number)
    }
    if old.isSameStretch(as: new) { return gap(missing: number - next, otherwise: nil) }
    let silence = arrival.since(lastArrival)
    let unseen = silence &- new.duration(ofSamples: number + count)
    let isSuccessor = Int(new.id) == (Int(old.id) + 1) % max(segmentCount, 1)
    let tail = tail(of: old, before: new, unseen: unseen, isSuccessor: isSuccessor)
    segmentTime &+= old.duration(ofSamples: next + tail.missing)
    let change: DiscontinuityReason? = old.hasRate(of: new) ? tail.reason : .rateChanged
    return gap(missing: tail.missing + number, otherwise: change)
  }

  private func gap(missing: UInt64, otherwise change: DiscontinuityReason?) -> Break? {
    if let change, pending == nil { return Break(reason: change, missing: missing) }
    guard missing > 0 else { return change.map { Break(reason: $0, missing: 0) } }
    return Break(reason: pending ?? .counterGap, missing: missing)
  }

  /// Samples that `old` still gave after the last one seen, up to the start of `new`.
  ///
  /// By the two start times where they can be compared and the host's clock does not contradict;
  /// otherwise by the host's clock, and only where a whole segment or seconds are unseen.
  private func tail(
    of old: TioSegment, before new: TioSegment, unseen: Int64, isSuccessor: Bool
  ) -> (missing: UInt64, reason: DiscontinuityReason?) {
    if let length = old.samples(untilStartOf: new) {
      let left = length - Int64(next)
      let limit = old.samples(in: max(0, unseen) &+ Self.disbelief)
      if (0...max(limit, 1)).contains(left) { return (UInt64(left), nil) }
    }
    let isComparable = old.samples(untilStartOf: new) != nil
    let isLong = !isSuccessor || unseen > Self.disbelief
    let estimate = isLong ? UInt64(max(0, old.samples(in: max(0, unseen)))) : 0
    return (estimate, isComparable ? .clockJump : nil)
  }
}
