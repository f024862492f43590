/// Nanoseconds since 1970 on a clock that never steps.
///
/// Live, it is the host's monotonic clock plus the distance to UTC that was read once at start, so
/// that a later change of the wall clock moves no sample. In replay it is the capture's clock.
public struct HostTime: Sendable, Hashable, Comparable {
  public var nanoseconds: Int64

  public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  public static func < (left: HostTime, right: HostTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  public func advanced(by step: Int64) -> HostTime { HostTime(nanoseconds: nanoseconds &+ step) }
  public func since(_ earlier: HostTime) -> Int64 { nanoseconds &- earlier.nanoseconds }

  public static let distantFuture = HostTime(nanoseconds: .max)

  /// The earliest of those that there are; asked at every read, so it makes no array of them.
  public static func earliest(
    _ first: HostTime?, _ second: HostTime?, _ third: HostTime? = nil, _ fourth: HostTime? = nil
  ) -> HostTime? {
    let all = min(
      min(first ?? .distantFuture, second ?? .distantFuture),
      min(third ?? .distantFuture, fourth ?? .distantFuture))
    return all == .distantFuture ? nil : all
  }
}

extension Int64 {
  public static func milliseconds(_ count: Int64) -> Int64 { count * 1_000_000 }
  public static func seconds(_ count: Int64) -> Int64 { count * 1_000_000_000 }
}
