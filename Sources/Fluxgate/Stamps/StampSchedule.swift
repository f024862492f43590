internal import FluxgateLedger

/// When a growing log's head is dated: all of a courier's decisions.
///
/// One stamp dates everything before it: heads that come while an authority is asked, or sooner than
/// `interval` after a stamp, share the next one.
struct StampSchedule {
  static let pauseMax = Duration.seconds(300)

  /// From one stamp to the next, at least, while the log grows.
  let interval: Duration
  private var dated: (text: String, at: ContinuousClock.Instant)?
  private var tried: String?
  private var failures = 0
  private var notBefore: ContinuousClock.Instant?
  /// The log ends soon: its head is dated without waiting.
  private(set) var isHurried = false

  init(interval: Duration = .zero) { self.interval = interval }

  func isDue(_ text: String, at now: ContinuousClock.Instant) -> Bool {
    guard dated?.text != text, notBefore.map({ now >= $0 }) ?? true else { return false }
    return isHurried || dated.map { now - $0.at >= interval } ?? true
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
