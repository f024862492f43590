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

  /// Ten seconds or ten periods, in nanoseconds: no jitter comes to that.
  static func far(_ period: Double) -> Double { max(1e10, 10 * period) }

  /// Later than rounding and the usual jitter explain. At the start, while both are unknown, only
  /// ten seconds or periods are.
  func isLate(_ residual: Double, _ period: Double) -> Bool {
    let late = lateness(of: residual)
    guard seen >= 2 * windowRows else { return late > Self.far(period) }
    return late > max(0.75 * period, 4 * spread)
  }

  /// A row was passed on so much later than the line. Early ones pull the line only slowly, so that
  /// one odd stamp does not make all others late.
  mutating func observe(_ late: Double, _ period: Double) {
    let residual = (value.isFinite ? value : 0) + min(max(late, -0.25 * period), Self.far(period))
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
