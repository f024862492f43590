internal import FluxgateConsent
internal import FluxgateLedger
public import FluxgateVault

extension Fault {
  /// What went wrong with a vault's server, or with its home.
  public static func service(_ error: ServiceError) -> Fault {
    switch error {
    case .refused(let reason, let index): notGranted(reason.code, index)
    case .notPermitted:
      Fault(
        "V21", "only the patient may do this", remedy: "use the patient's key", exit: .failed)
    case .malformed(let part):
      Fault(
        "V22", "not a request that a vault understands", remedy: "check \(part)",
        cause: "\(part) is not of its form", exit: .refused)
    case .unknown:
      Fault(
        "V23", "the vault has no such object, or the release is over", remedy: "ask again",
        exit: .failed)
    case .clock:
      Fault(
        "V24", "the server's clock cannot be trusted", state: "Nothing is released.",
        remedy: "set the clock; check the file `floor` in the server's home", exit: .failed)
    case .full(let path): .vault(.full(path: path))
    case .vault(let error): .vault(error)
    case .ledger(let error): vaultLedger(error)
    case .homeTaken, .noHome, .badLogName, .keyFile, .damagedHome: home(error)
    }
  }

  private static func home(_ error: ServiceError) -> Fault {
    switch error {
    case .homeTaken(let path):
      Fault(
        "V25", "\(path) is a server's home already, or another patient's",
        state: "It was not changed.", remedy: "give another folder for --home", exit: .refused)
    case .noHome(let path):
      Fault(
        "V26", "\(path) is no vault server's home", state: "Nothing was started.",
        remedy: "`fluxgate vault new --home \(path)` makes one", exit: .refused)
    case .badLogName(let name):
      Fault(
        "V27", "\"\(name)\" is no name for a log", state: "Nothing was made.",
        remedy: "give something like vault.example/log: visible letters, no plus sign",
        exit: .refused)
    default:
      Fault(
        "V28", "a file of the server's home is damaged", state: "Nothing was started.",
        remedy: "restore the home from a copy; never delete its ledger", cause: "\(error)",
        exit: .damaged)
    }
  }

  private static func vaultLedger(_ error: LedgerError) -> Fault {
    if case .locked = error {
      return Fault(
        "V29", "another program serves this home", state: "Nothing was started.",
        remedy: "end the other server", exit: .refused)
    }
    return Fault(
      "V30", "the vault's ledger cannot be used", state: "Nothing is released without it.",
      remedy: "free space, or restore the home's folder ledger; never delete it",
      cause: "\(error)", exit: .failed)
  }
}
