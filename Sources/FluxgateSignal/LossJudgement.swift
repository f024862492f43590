/// What is missing before some rows, from the device's counter and the host's clock together.
///
/// The counter alone does not see whole rounds of itself; the clock alone is blurred by the link. Where
/// both agree the number is exact; where they cannot agree, the counter began anew and the number is the
/// clock's.
public struct LossJudgement: Sendable, Hashable {
  public enum Outcome: Sendable, Hashable {
    /// So many samples are missing, by the counter.
    case counted(UInt64)
    /// About so many are missing: the device does not count, or its count began anew.
    case estimated(UInt64)
    /// The first rows are ones that came before.
    case repeated(UInt64)
    /// None is missing by the counter, and yet the rows come at other times: a clock was set, or the
    /// device stood still.
    case stepped
  }

  /// Rows after which the counter comes round; nil for never, 1 where there is none.
  public var rowsAround: UInt64?
  /// Nanoseconds between rows.
  public var period: Double
  /// How far apart counter and clock may be and still agree, in nanoseconds.
  public var tolerance: Double

  public init(rowsAround: UInt64?, period: Double, tolerance: Double) {
    self.rowsAround = rowsAround
    self.period = period
    self.tolerance = tolerance
  }

  /// - Parameters:
  ///   - missing: what the counter says; nil where it does not follow.
  ///   - lateness: how much later than the clock's line the rows came, `missing` (or 0) counted in.
  public func outcome(missing: UInt64?, lateness: Double) -> Outcome {
    guard let missing else { return estimate(lateness) }
    guard let around = rowsAround else {
      return abs(lateness) <= tolerance ? .counted(missing) : plausible(missing, lateness)
    }
    guard around > 1 else { return estimate(lateness) }
    let round = Double(around) * period
    let turns = (lateness / round).rounded()
    guard abs(lateness - turns * round) <= tolerance else {
      return missing == 0 ? .stepped : estimate(lateness + Double(missing) * period)
    }
    let total = Double(missing) + turns * Double(around)
    if total < 0 { return .repeated(UInt64(min(-total, 1e9))) }
    return .counted(UInt64(min(total, 1e15)))
  }

  /// A counter that never comes round is believed unless rows would have come before they were made.
  private func plausible(_ missing: UInt64, _ lateness: Double) -> Outcome {
    lateness < -tolerance ? estimate(lateness + Double(missing) * period) : .counted(missing)
  }

  private func estimate(_ lateness: Double) -> Outcome {
    .estimated(lateness <= tolerance ? 0 : UInt64(min((lateness / period).rounded(), 1e15)))
  }
}
