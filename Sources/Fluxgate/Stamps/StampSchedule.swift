internal import FluxgateLedger

/// When a growing log's head is dated: all of a courier's decisions.
///
/// One stamp dates everything before it, so a head now and then is enough, and the last one.
struct StampSchedule {
  /// From one stamp to the next, while the log grows.
  static let interval = Duration.seconds(600)
  static let pauseMax = Duration.seconds(300)

  private var dated: (text: String, at: ContinuousClock.Instant)?
  private var tried: String?
  private var failures = 0
  private var notBefore: ContinuousClock.Instant?
  /// The log ends soon: its head is dated without waiting.
  private(set) var isHurried = false

  func isDue(_ text: String, at now: ContinuousClock.Instant) -> Bool {
    guard dated?.text != text, notBefore.map({ now >= $0 }) ?? true else { return false }
    return isHurried || dated.map { now - $0.at >= Self.interval } ?? true
  }

  mutating func hurry() {
    isHurried = true
    notBefore = nil
    tried = nil
  }

  mutating func noteStamp(of text: String, at now: ContinuousClock.Instant) {
    (dated, tried, failures, notBefore) = ((text, now), text, 0, nil)
  }

  mutating func noteFailure(of text: String, at now: ContinuousClock.Instant) {
    tried = text
    notBefore = now + min(Duration.seconds(5) * (1 << min(failures, 6)), Self.pauseMax)
    failures += 1
  }

  /// Whether the head was tried since the hurry began, with whatever outcome.
  func isSettled(_ text: String) -> Bool { tried == text }
}
