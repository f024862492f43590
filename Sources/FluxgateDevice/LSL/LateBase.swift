/// The line that stamps are late against: the least lateness of the last quarter of a second, which
/// follows a sender whose rate is not quite the nominal one.
struct LateBase {
  private let windowRows: Int
  private var current = Double.infinity
  private var before = Double.infinity
  private var rows = 0
  private var seen = 0
  /// Mean lateness of rows that were not lost.
  private var spread = 0.0
  private var value: Double { min(current, before) }

  init(windowRows: Int) { self.windowRows = windowRows }

  func lateness(of residual: Double) -> Double { value.isFinite ? residual - value : 0 }

  /// Later than rounding and the usual jitter explain; never at the start, while both are unknown.
  func isLate(_ residual: Double, _ period: Double) -> Bool {
    seen >= 2 * windowRows && lateness(of: residual) > max(0.75 * period, 4 * spread)
  }

  /// A row was passed on so much later than the line. Early ones pull the line only slowly, so that
  /// one odd stamp does not make all others late.
  mutating func observe(_ late: Double, _ period: Double) {
    let residual = (value.isFinite ? value : 0) + max(late, -0.25 * period)
    current = min(current, residual)
    spread += (max(0, late) - spread) / 256
    rows += 1
    seen += 1
    guard rows >= windowRows else { return }
    rows = 0
    before = current
    current = .infinity
  }
}
