internal import Synchronization

/// Counts requests against names: so many at once, and so many a second over time (token bucket).
///
/// Any thread. Holds at most `nameMax` names; those that have been quiet longest make room.
final class RateGate: Sendable {
  private static let nameMax = 4096
  private let burst: Double
  private let rate: Double
  private let buckets = Mutex<[String: Bucket]>([:])

  private struct Bucket {
    var tokens: Double
    var at: ContinuousClock.Instant
  }

  /// - Parameters:
  ///   - burst: requests that may come at once.
  ///   - rate: requests a second over time, more than 0.
  init(burst: Double, rate: Double) {
    self.burst = burst
    self.rate = rate
  }

  /// Nil when the request may pass; otherwise whole seconds after which one will.
  func wait(_ name: String, at now: ContinuousClock.Instant = .now) -> Int? {
    buckets.withLock { held in
      var bucket = held[name] ?? Bucket(tokens: burst, at: now)
      bucket.tokens = min(burst, bucket.tokens + Self.seconds(now - bucket.at) * rate)
      bucket.at = now
      let passes = bucket.tokens >= 1
      if passes { bucket.tokens -= 1 }
      if held[name] == nil, held.count >= Self.nameMax { Self.forgetQuietest(&held) }
      held[name] = bucket
      return passes ? nil : max(1, Int(((1 - bucket.tokens) / rate).rounded(.up)))
    }
  }

  /// Half of all names go at once, so that a flood of names does not sort the table each time.
  private static func forgetQuietest(_ held: inout [String: Bucket]) {
    for (name, _) in held.sorted(by: { $0.value.at < $1.value.at }).prefix(nameMax / 2) {
      held[name] = nil
    }
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }
}
