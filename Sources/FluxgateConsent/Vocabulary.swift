/// What a reader may do with data.
public enum ConsentAction: String, Sendable, Hashable, CaseIterable {
  /// Take the data away and read it.
  case read
  /// Receive it while it is recorded.
  case live
  /// Only aggregates leave; the data stays.
  case compute
  /// Pass it on.
  case reshare
}

/// How much of the person a reader gets to see. Higher includes lower.
public enum IdentityLevel: UInt8, Sendable, Hashable, CaseIterable, Comparable {
  /// No demographics, no device serials, shifted time.
  case deidentified = 0
  /// A pseudonym of its own for each grantee.
  case pseudonymous = 1
  case identified = 2

  public static func < (left: IdentityLevel, right: IdentityLevel) -> Bool {
    left.rawValue < right.rawValue
  }

  public var name: String { "\(self)" }
}

/// A stretch of time, half-open: `from` is inside, `until` is not. Whole seconds of UTC since 1970.
///
/// A bound that is nil does not bind.
public struct TimeWindow: Sendable, Hashable {
  public var from: Int64?
  public var until: Int64?

  public init(from: Int64? = nil, until: Int64? = nil) {
    self.from = from
    self.until = until
  }

  /// Whether no instant is inside.
  public var isEmpty: Bool {
    if let from, let until { from >= until } else { false }
  }

  public func contains(_ instant: Int64) -> Bool {
    from.map { instant >= $0 } ?? true && until.map { instant < $0 } ?? true
  }

  /// Whether every instant of `other` is in this window.
  public func contains(_ other: TimeWindow) -> Bool {
    let startsWithin = from.map { bound in other.from.map { $0 >= bound } ?? false } ?? true
    let endsWithin = until.map { bound in other.until.map { $0 <= bound } ?? false } ?? true
    return startsWithin && endsWithin
  }

  public func intersection(_ other: TimeWindow) -> TimeWindow {
    TimeWindow(
      from: [from, other.from].compactMap { $0 }.max(),
      until: [until, other.until].compactMap { $0 }.min())
  }
}
