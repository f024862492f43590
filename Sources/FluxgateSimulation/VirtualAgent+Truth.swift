internal import FluxgateSignal

/// What a virtual agent made, in the columns in which its driver must give it.
extension VirtualAgent {
  func withhold() {
    let end = UInt64(streams[0].rowCount)
    streams[0].withheld += [end - 2, end - 1]
  }

  /// A report that is sent again after a broken association is still the same two observations.
  func noteReport(_ reading: AgentReading) {
    guard !isNoted else { return }
    isNoted = true
    note(reading, to: 0, record: Int64(streams[0].rowCount), report: reportNumber)
    noteTrend(reading, record: Int64(streams[0].rowCount))
  }

  func note(_ reading: AgentReading, to stream: Int, record: Int64, report: Int64) {
    let none = Int64.min
    let isAmount = reading.truth.state == 0 && reading.status == 0
    let scale: Int64 = settings.isMolar ? 100_000 : 1_000_000
    let amount = isAmount ? reading.truth.mantissa * scale : none
    append(
      [
        record, report, 1, metric, settings.isMolar ? 4722 : 2130, reading.truth.mantissa,
        reading.truth.exponent, reading.truth.state, reading.status, none,
        settings.isMolar ? none : amount, settings.isMolar ? amount : none, reading.wall, none,
        reading.utc, 1,
      ], to: stream)
  }

  private func noteTrend(_ reading: AgentReading, record: Int64) {
    let none = Int64.min
    append(
      [
        record, reportNumber, 2, 128 << 16 | 29_400, 0, reading.trendMantissa, -1, 0, none, none,
        none, none, reading.wall, none, reading.utc, 1,
      ], to: 0)
  }

  /// Capillary plasma or interstitial fluid.
  var metric: Int64 { 2 << 16 | (settings.kind == .meter ? 29_116 : 29_140) }

  private func append(_ row: [Int64], to stream: Int) {
    for value in row {
      for shift in 0..<8 {
        streams[stream].rows.append(UInt8(truncatingIfNeeded: value >> Int64(shift * 8)))
      }
    }
  }
}
