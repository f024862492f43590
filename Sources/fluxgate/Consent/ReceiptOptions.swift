import ArgumentParser
import Fluxgate
import FluxgateConsent
import FluxgateLedger
import FluxgateSeal
import FluxgateVault

/// By which key a server's receipt is judged, and where it is kept.
struct ReceiptOptions: ParsableArguments {
  @Option(help: "The ledger's verifier key, or a file with it (default: as seen before).")
  var ledger: String?
  @Option(help: "File for the server's receipt: what shows that the record was entered.")
  var receipt: String?
  @OptionGroup var home: HomeOptions

  /// Before anything is sent.
  func check(_ store: ConsentStore) throws(Fault) {
    guard let receipt else { return }
    guard case .server = store.place else {
      throw Fault(
        "G25", "a vault that is a folder gives no receipt", state: "Nothing was stored.",
        remedy: "give the address of its server as --vault, or leave --receipt away",
        exit: .refused)
    }
    guard DurableFile.exists(receipt) else { return }
    throw Fault(
      "G26", "there is a file \(receipt)", state: "Nothing was stored.",
      remedy: "give another name for the receipt", exit: .refused)
  }

  /// The key of the log at a place: the one given, else the one that `trail` has found good there;
  /// nil at the first look.
  func pinned(at place: String, of patient: PatientPublicKey) throws(Fault) -> VerifierKey? {
    if let ledger { return try VerifierKeyArgument.read(ledger, type: .ed25519) }
    return try SeenLogs(home.place).key(at: place, of: patient.keyFingerprint)
  }

  func keep(_ entered: ConsentStore.Entered, of consent: SignedConsent) throws(Fault) {
    guard let receipt, let file = entered.receipt.file(for: consent) else { return }
    try DurableFile.create(receipt, with: file)
  }
}

extension ConsentStore {
  /// An entry that a receipt was seen to prove.
  struct Entered: Sendable {
    let receipt: ConsentReceipt
    let log: VerifierKey
    /// The log's key is known from the server alone.
    let isFirstLook: Bool

    var index: UInt64 { receipt.index }
    /// The verifier key.
    var ledger: String { log.text }

    var lines: [String] {
      ["  entry        \(index) of the vault's ledger, as its proof shows"]
        + (isFirstLook
          ? [
            "  First look at this ledger; its key was taken from the vault itself:", "  \(ledger)",
          ]
          : [])
    }
  }
}

extension Fault {
  static func receipt(_ fault: ReceiptFault) -> Fault {
    let cause =
      switch fault {
      case .otherConsent: "it is about another consent"
      case .noRecord: "it has no record of it"
      case .otherRecord: "its record says something else"
      case .proof(let error): "its proof does not hold: \(error)"
      }
    return Fault(
      "G27", "the vault's receipt does not show that the record was entered",
      state: "The record was sent; what the server has made of it is not known.",
      remedy: "look at the trail, and get the ledger's key from whoever runs the vault",
      cause: cause, exit: .damaged)
  }
}
