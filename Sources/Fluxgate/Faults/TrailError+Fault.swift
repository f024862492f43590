public import FluxgateVault

extension Fault {
  /// Why a trail cannot be read.
  public static func trail(_ error: TrailError) -> Fault {
    switch error {
    case .vault(let error): .vault(error)
    case .noLedger(let path):
      Fault(
        "V40", "there is no vault's ledger in \(path)", state: "Nothing was compared.",
        remedy: "give the home of the vault's server with --server", exit: .refused)
    case .server(let cause):
      Fault(
        "V41", "the vault's server does not show the trail", state: "Nothing was compared.",
        remedy: "check the address and that the key is the patient's; try again", cause: cause,
        exit: .failed)
    }
  }
}
