internal import FluxgateSignal

/// Report numbers of an association: which reports never came, and which came twice.
///
/// The agent counts reports, not observations. Where every report so far held equally many, lost
/// observations are counted exactly; otherwise by the last report, and said to be an estimate.
struct PHDReportTrack {
  enum Verdict: Equatable {
    case next(missing: Int)
    case duplicate
    /// The numbers went back by more than one.
    case restarted
  }

  private static let mostRequests = 16

  private var expected: [UInt16: UInt16] = [:]
  private var rowsPerReport: Int?
  private var isEven = true

  var hasBegun: Bool { !expected.isEmpty }

  /// Numbers begin anew with each association.
  mutating func startAnew() { expected = [:] }

  mutating func judge(request: UInt16, number: UInt16) -> Verdict {
    let wanted = expected[request]
    if wanted == nil && expected.count >= Self.mostRequests { expected = [:] }
    guard let wanted else {
      expected[request] = number &+ 1
      return .next(missing: 0)
    }
    let step = number &- wanted
    if step == .max { return .duplicate }
    expected[request] = number &+ 1
    return step < 0x8000 ? .next(missing: Int(step)) : .restarted
  }

  mutating func noteRows(_ count: Int) {
    if let rowsPerReport, rowsPerReport != count { isEven = false }
    rowsPerReport = count
  }

  func noteMissing(_ reports: Int, _ outlet: StreamOutlet) {
    let rows = UInt64(reports * (rowsPerReport ?? 1))
    let isCounted = isEven && rowsPerReport != nil
    outlet.noteGap(isCounted ? .counterGap : .estimatedGap, missing: rows, timeStep: 0)
  }
}
