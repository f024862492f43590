/// The matrix as a page of documentation, made from the table that the tests run.
struct ConservationPage {
  private(set) var text = """
    # What is lost is counted

    For every simulated device and every fault: stored + lost = sent.

    ## Overview

    Each device is read by the driver of its shipped profile on a virtual clock, once in quiet and once under each fault. The tests make this page from the table they run, and fail when it differs.

    - **exact**: stored + lost is what the device sent, to the row, and every stored row is the device's own, byte for byte.
    - **± n**: rows are the device's own, in its order; stored + lost differs from what was sent by n rows at most.
    - **–**: the fault does not apply.

    Numbers in brackets name the reason below. A fault strikes one frame, answer or report; a stall, an unplugging and a cut are some tenths of a second to some seconds long; lumps are 32 ms. Where the protocol asks again, nothing is lost. At the end of a run the rows still under way are left out: at most so many as stand behind the device's name.


    """
  private var reasons: [String] = []

  init(_ rows: [MatrixRow]) {
    text += "| device | \(MatrixFault.allCases.map(\.rawValue).joined(separator: " | ")) |\n"
    text += "| --- |" + MatrixFault.allCases.map { _ in " --- |" }.joined() + "\n"
    for row in rows { add(row) }
    text += "\n## Reasons\n\n"
    for (place, reason) in reasons.enumerated() { text += "\(place + 1). \(reason)\n" }
  }

  private mutating func add(_ row: MatrixRow) {
    let left = row.underWay
    let name = left.rows > 0 ? "\(row.name), \(left.rows) [\(number(of: left.reason))]" : row.name
    let cells = MatrixFault.allCases.map { cell(row.promise($0)) }
    text += "| \(name) | \(cells.joined(separator: " | ")) |\n"
  }

  private mutating func cell(_ promise: Promise) -> String {
    switch promise {
    case .exact: "exact"
    case .within(let rows, let reason): "± \(rows) [\(number(of: reason))]"
    case .doesNotApply(let reason): "– [\(number(of: reason))]"
    }
  }

  private mutating func number(of reason: String) -> Int {
    if let place = reasons.firstIndex(of: reason) { return place + 1 }
    reasons.append(reason)
    return reasons.count
  }
}
