internal import FluxgateSeal

extension Fault {
  /// What stands in the way of opening the locked key file `path`.
  static func locked(_ error: LockError, _ path: String) -> Fault {
    if error == .wrongPassphrase {
      return Fault(
        "K12", "the passphrase does not open \(path)", remedy: "try again, or another passphrase",
        exit: .refused)
    }
    let remedy =
      error == .noMemory
      ? "free memory; `fluxgate keys lock --work` can ask for less"
      : "take another copy of the file, or the printed shares: `fluxgate keys recover`"
    return Fault(
      "K13", "the locked key file \(path) does not open", remedy: remedy, cause: "\(error)",
      exit: .refused)
  }
}
