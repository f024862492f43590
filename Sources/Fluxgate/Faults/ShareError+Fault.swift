public import FluxgateSeal

extension Fault {
  /// Why a secret is not split, or its shares do not give it back.
  public static func shares(_ error: ShareError) -> Fault {
    switch error {
    case .plan(let reason):
      Fault(
        "K20", "the secret cannot be split like that: \(reason)",
        remedy: "give something like --share 2of3, or --share 2of3,3of5 --groups 1",
        exit: .refused)
    case .passphrase:
      Fault(
        "K21", "\(error)", remedy: "choose one of letters, digits, spaces and common signs",
        exit: .refused)
    case .groupCount, .memberCount, .noShares:
      Fault(
        "K22", "the sheets are not enough", state: "Nothing was written.",
        remedy: "add sheets of the same set; each says how many are needed", cause: "\(error)",
        exit: .failed)
    case .shareCount, .tooMuchWork:
      Fault(
        "K28", "the sheets are too many to try them all", state: "Nothing was written.",
        remedy: "bring fewer: those of one set, as many as it needs and one or two more",
        cause: "\(error)", exit: .failed)
    case .iterationExponent:
      Fault(
        "K29", "the sheets ask for too much work", state: "Nothing was written.",
        remedy: "leave out sheets that are not of this program or your wallet",
        cause: "\(error)", exit: .refused)
    default:
      Fault(
        "K23", "the sheets do not give the key of this fingerprint",
        state: "Nothing was written. The sheets may still be right.",
        remedy: "check the shares' passphrase; then add more sheets, for one of these may be wrong",
        cause: "\(error)", exit: .failed)
    }
  }
}
