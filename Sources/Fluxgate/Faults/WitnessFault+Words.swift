public import FluxgateLedger

extension WitnessFault {
  /// What to tell the person who runs the log, after the witness's name.
  public var words: String {
    switch self {
    case .refused(status: 404):
      "does not follow this log; its owner can let it: `fluxgate witness trust`"
    case .refused(status: 403): "does not take the log's signature for good"
    case .refused(status: 422): "saw another history of this log: it does not extend what it saw"
    case .refused(let status): "refused, with status \(status)"
    case .ahead(let size):
      "has seen \(size) entries, more than there are: was the log put back from an old copy?"
    case .badAnswer: "gave an answer that does not verify"
    case .exchange(let error): Self.words(error)
    case .ledger: "could not be asked: this log cannot be read"
    }
  }

  private static func words(_ error: ExchangeError) -> String {
    switch error {
    case .unreachable: "cannot be reached"
    case .untrusted: "shows a certificate that is not trusted"
    case .timedOut(let seconds): "gave no whole answer within \(seconds) s"
    case .tooLarge(let limit): "answered with more than \(limit) bytes"
    default: "could not be asked: \(error)"
    }
  }
}
