public import FluxgateVault

extension Fault {
  /// What went wrong with a vault, with the object at fault.
  public static func vault(_ error: VaultError) -> Fault {
    Fault(
      "V01", "the vault refused or is damaged",
      state: "The recording itself was not changed.",
      remedy: "check the vault's folder, then push or pull again: repeating is harmless",
      cause: "\(error)", exit: .failed)
  }
}
