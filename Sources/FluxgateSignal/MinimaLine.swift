/// A least-squares line with forgetting that leaves out what lies far off it.
///
/// Abscissa in seconds, ordinate in nanoseconds. A minimum far from a settled line is held back: it may
/// be a loss that nobody counted, or a passing hitch. When five in a row agree, the line moves to them
/// and keeps its slope.
struct MinimaLine: Sendable {
  /// Weight kept from point to point: half after 90 s.
  private static let forgetting = 0.992_327_945
  private static let settledCount = 10
  private static let greatestShift = 5
  /// Below this no point is far off, in nanoseconds.
  private static let leastTolerance = 2e6
  /// A slope is believed before ten points only when it is so many times its own error.
  private static let believed = 5.0
  /// Least error of one point, in nanoseconds.
  private static let grain = 2e5

  private(set) var count = 0
  private(set) var slope = 0.0
  private(set) var residual = 0.0
  /// Of the points held back in a row that agree: how many, and the least distance of one.
  private(set) var shiftedWindows = 0
  private(set) var shift = 0.0
  private var offset = 0.0
  private var weight = 0.0
  private var sumT = 0.0
  private var sumY = 0.0
  private var sumTT = 0.0
  private var sumTY = 0.0
  private var squares = 0.0

  func value(at t: Double) -> Double { offset + slope * t }

  /// Before there is a line: its height.
  mutating func rest(on y: Double) { offset = y }

  mutating func add(_ t: Double, _ y: Double) {
    let distance = y - value(at: t)
    if count >= Self.settledCount, abs(distance) > max(Self.leastTolerance, 4 * residual) {
      hold(distance)
      return
    }
    forgetShift()
    include(t, y)
  }

  mutating func forgetShift() {
    shiftedWindows = 0
    shift = 0
  }

  private mutating func hold(_ distance: Double) {
    // A lump that is worked off is late by less each time; only what stays the same is a shift.
    let agrees =
      shiftedWindows > 0 && abs(distance - shift) <= max(Self.leastTolerance, 4 * residual)
    shift = agrees && abs(shift) < abs(distance) ? shift : distance
    shiftedWindows = agrees ? shiftedWindows + 1 : 1
    guard shiftedWindows == Self.greatestShift else { return }
    // Moves the line as if every point had stood so much higher.
    sumTY += sumT * shift
    sumY += weight * shift
    offset += shift
    forgetShift()
  }

  private mutating func include(_ t: Double, _ y: Double) {
    let distance = y - value(at: t)
    squares = squares * Self.forgetting + (count > 3 ? distance * distance : 0)
    weight = weight * Self.forgetting + 1
    sumT = sumT * Self.forgetting + t
    sumY = sumY * Self.forgetting + y
    sumTT = sumTT * Self.forgetting + t * t
    sumTY = sumTY * Self.forgetting + t * y
    count += 1
    residual = (squares / weight).squareRoot()
    solve()
  }

  private mutating func solve() {
    let spread = sumTT - sumT * sumT / weight
    let tilt = spread > 0 ? (sumTY - sumT * sumY / weight) / spread : 0
    let doubt = max(residual, Self.grain) / max(spread, 1e-9).squareRoot()
    let isBelieved = count >= Self.settledCount || (count > 2 && abs(tilt) > Self.believed * doubt)
    slope = isBelieved ? tilt : 0
    offset = (sumY - slope * sumT) / weight
  }
}
