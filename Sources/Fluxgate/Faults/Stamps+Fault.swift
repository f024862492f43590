extension Fault {
  static let noAuthority = Fault(
    "D20", "no time-stamp authority is configured", state: "The ledger is not affected.",
    remedy: "`fluxgate ledger authority URL ROOTS.pem` names one", exit: .refused)

  static func noStamp(cause: String) -> Fault {
    Fault(
      "D21", "no authority dated the ledger's head",
      state: "Entries are safe; the next stamp dates them too.",
      remedy: "check the network and the authority's address and roots, then repeat", cause: cause,
      exit: .failed)
  }

  static func badAuthority(_ what: String, cause: String) -> Fault {
    Fault(
      "D22", "\(what) cannot be used as an authority", state: "Nothing was asked.",
      remedy: "give an address and a PEM file with the authority's root certificates",
      cause: cause, exit: .refused)
  }

  static func badStamp(_ size: UInt64, cause: String) -> Fault {
    Fault(
      "D23", "the stamp of the ledger's first \(size) entries does not hold",
      state: "Entries are not affected; nothing dates them by this stamp.",
      remedy: "restore the stamp from a copy, or check the authority's roots", cause: cause,
      exit: .damaged)
  }

  public static func damagedLedger(_ cause: String) -> Fault {
    Fault(
      "D24", "the ledger is not what its checkpoint says", state: "Nothing was changed.",
      remedy: "keep this copy as evidence; ask whoever runs the log", cause: cause, exit: .damaged)
  }

  static func rewrittenLedger(_ what: String) -> Fault {
    Fault(
      "D25", "the ledger's history was changed: it does not go through \(what)",
      state: "Nothing was changed.",
      remedy: "keep both checkpoints: they prove it; ask whoever runs the log", exit: .damaged)
  }

  static func noLedger(_ path: String) -> Fault {
    Fault(
      "D26", "\(path) holds no ledger", remedy: "name the home of a gateway or of a vault server",
      exit: .refused)
  }

  static func notProven(_ segment: UInt32, cause: String, exit: ExitStatus) -> Fault {
    Fault(
      "D27", "segment \(segment) cannot be proven", state: "No bundle was written.",
      remedy: "see the cause; `fluxgate recover` anchors what is not in the ledger yet",
      cause: cause, exit: exit)
  }
}
