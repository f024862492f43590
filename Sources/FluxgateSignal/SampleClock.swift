/// Numbers the rows of an evenly sampling device and gives each its time on the host's clock.
///
/// The row number, in nominal periods, is the device's clock; ``ClockFit`` ties it to arrivals.
public struct SampleClock: Sendable {
  /// Number of the next row, losses counted.
  public private(set) var next: UInt64 = 0
  /// Nanoseconds between rows, as the device states.
  public let period: Double
  private var fit = ClockFit()

  public init(rate: Double) {
    precondition(rate > 0)
    period = 1e9 / rate
  }

  public var partsPerMillion: Double { fit.partsPerMillion }
  public var jitter: Int64 { fit.jitter }
  public var residual: Int64 { fit.residual }
  public var uncertainty: Int64 { fit.uncertainty }
  public var isSettled: Bool { fit.windowCount >= 10 }

  /// How much later than the line `rows` more rows came at `arrival`, `missing` ones before them.
  public func lateness(rows: UInt64, missing: UInt64, arrival: HostTime) -> Double {
    Double(fit.lateness(ofDevice: device(next + missing + rows - 1), arrival: arrival))
  }

  /// Counts rows as missing before the next one.
  public mutating func skip(_ missing: UInt64) { next += missing }

  /// Counts `rows` more rows that arrived at `arrival`.
  ///
  /// - Returns: the times of the first and the last of them.
  public mutating func take(
    rows: UInt64, arrival: HostTime
  ) -> (first: HostTime, last: HostTime) {
    precondition(rows > 0)
    let last = device(next + rows - 1)
    fit.observe(device: last, arrival: arrival)
    let first = fit.hostTime(ofDevice: device(next))
    next += rows
    return (first, fit.hostTime(ofDevice: last))
  }

  /// Rows that went missing one by one, of a device that does not count: two whole windows in a row
  /// came late by the same number of periods.
  ///
  /// - Returns: how many, 0 for none. The caller skips them.
  public mutating func slippedRows() -> UInt64 {
    let (late, windows) = fit.shift
    let rows = (Double(late) / period).rounded()
    guard windows >= 2, rows >= 1 else { return 0 }
    fit.forgetShift()
    return UInt64(rows)
  }

  /// Begins the line anew: the device did, or the clock jumped. The numbers go on.
  public mutating func restartLine() { fit.reset() }

  private func device(_ number: UInt64) -> Int64 { Int64((Double(number) * period).rounded()) }
}
