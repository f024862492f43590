public import FluxgateSignal

/// One stream on its way from frames to rows: counts what is missing, and when each row was made.
///
/// For devices that sample evenly, with or without a counter. Belongs to the acquisition thread;
/// allocates nothing after `init`.
public final class SampleTrack {
  private let outlet: StreamOutlet

  /// - Parameters:
  ///   - rate: rows a second, as the device or its profile says.
  ///   - counter: how the device numbers its rows.
  public init(outlet: StreamOutlet, rate: Double, counter: CounterRule) {
    self.outlet = outlet
  }

  /// Takes whole rows in the outlet's number type, in the order the device made them.
  ///
  /// - Parameters:
  ///   - counter: what the device counted at the first of them; nil where it does not count.
  ///   - now: when their last byte arrived.
  public func accept(_ rows: RawSpan, counter: UInt64?, at now: HostTime) {
    outlet.append(rows, from: now, to: now, now: now)
  }

  /// A row came damaged: it takes a number and is lost. Only for devices that do not count.
  public func noteDamaged(_ count: Int) {}

  /// What happened before the next row: a lost link, a restart, a changed rate.
  public func note(_ reason: DiscontinuityReason) {}

  /// When `wake` wants to be called; nil for never. Rows may be held until then.
  public var nextWake: HostTime? { nil }

  public func wake(at now: HostTime) {}

  /// Hands on what is held: the link is lost or the recording ends.
  public func finish(at now: HostTime) {}
}
