import Fluxgate

/// How far an outside clock came, at a recording's end.
enum DatingLines {
  /// Empty where no authority is asked.
  static func lines(_ dating: SessionResult.Dating?) -> [String] {
    guard let dating else { return [] }
    var lines: [String] = []
    if let newest = dating.newest {
      lines += LabelledText.lines(
        "Dated:", LedgerWords.date(newest), width: 8)
    }
    if let fault = dating.fault {
      lines += TextBlock.wrap(
        "The log's last head has no date yet; `fluxgate ledger stamp` asks again. \(fault.cause)",
        columns: 80, hanging: 2)
    }
    return lines
  }
}
