internal import FluxgateRecording
internal import FluxgateVault

extension Fault {
  /// Why a recording's own folder is not erased.
  static func erasure(_ error: VaultError, folder: String) -> Fault {
    switch error {
    case .recording(.inUse):
      Fault(
        "E13", "\(folder) is being recorded", state: "Nothing of it was erased.",
        remedy: "end the recording, then repeat", exit: .incomplete)
    case .missing, .refused:
      Fault(
        "E14", "\(folder) cannot be read as anybody's recording",
        state: "Nothing of it was erased.",
        remedy: "look at it; what is left of a recording is deleted by hand", cause: "\(error)",
        exit: .incomplete)
    default: .vault(error)
    }
  }

  /// What stands between a vault and an erasure, or what an erasure forbids.
  static func erased(_ error: VaultError) -> Fault {
    switch error {
    case .erased(let recording):
      Fault(
        "E10", "the patient has erased this recording", state: "Nothing went into the vault.",
        remedy: "`fluxgate erase --apply` erases the copy here too", cause: recording,
        exit: .refused)
    case .needsResealing(let names):
      Fault(
        "E11", "\(names.count) capsules hold keys that stay, too",
        state: "Nothing was erased.",
        remedy: "let the patient's machine run `fluxgate erase`: it seals those anew first",
        cause: names.first ?? "", exit: .refused)
    default:
      Fault(
        "E12", "nothing in the vault lies in what was asked for", state: "Nothing was erased.",
        remedy: "`fluxgate pull --list` shows what there is", exit: .refused)
    }
  }
}
