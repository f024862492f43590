internal import FluxgateVault

extension Fault {
  static func consentsAway(_ error: VaultError) -> Fault {
    let cause = Fault.vault(error)
    return consentsAway(remedy: cause.remedy, cause: cause.title)
  }

  /// A look at the vault has begun and does not end: a network disk that hangs.
  static var consentsHang: Fault {
    consentsAway(
      remedy: "see whether the vault's disk is there", cause: "the vault does not answer")
  }

  private static func consentsAway(remedy: String, cause: String) -> Fault {
    Fault(
      "G20", "the patient's consents cannot be read",
      state: "Grants that were known hold until they end. A revocation would not be seen.",
      remedy: remedy, cause: cause, exit: .incomplete)
  }

  static func noTime(_ error: VaultError, exit: ExitStatus = .incomplete) -> Fault {
    let cause = Fault.vault(error)
    return Fault(
      "G21", "the gateway cannot keep its clock's floor",
      state: "Recording goes on for the patient alone: no grant is trusted without a clock.",
      remedy: "look at the file `floor` in the gateway's home; never set it back",
      cause: cause.title, exit: exit)
  }

  /// One of the records that the gateway goes by cannot be read: it may be a revocation.
  static func consentsDamaged(_ error: VaultError) -> Fault {
    let cause = Fault.vault(error)
    return Fault(
      "G25", "the gateway cannot read a consent that it keeps", state: "Nothing was recorded.",
      remedy: "see the cause; a damaged file may go once the vault holds its record again",
      cause: cause.title, exit: .refused)
  }

  static func consentsUnkept(_ error: VaultError) -> Fault {
    let cause = Fault.vault(error)
    return Fault(
      "G26", "the gateway cannot keep the patient's consents",
      state: "They count while this recording runs; after it, only if the vault still has them.",
      remedy: cause.remedy, cause: cause.title, exit: .incomplete)
  }
}
