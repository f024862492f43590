public import FluxgateConsent

extension Fault {
  /// Why a consent record is not taken.
  public static func consent(_ error: ConsentError) -> Fault {
    switch error {
    case .tooLong, .malformed, .badSignature:
      Fault(
        "G01", "this is no consent record that can be trusted", state: notStored,
        remedy: "let its signer make it again", cause: ConsentWords.text(error), exit: .damaged)
    case .wrongPatient:
      Fault(
        "G02", "this record is another patient's", state: notStored,
        remedy: "name the vault and key that belong together", exit: .refused)
    case .unknownParent, .unknownGrant:
      Fault(
        "G03", "the vault holds no such grant", state: notStored,
        remedy: "`fluxgate consent list` shows those that there are",
        cause: ConsentWords.text(error), exit: .refused)
    case .foreignSigner:
      Fault(
        "G04", "this key has no say in that grant", state: notStored,
        remedy: "sign with the patient's key, or with that of who was granted it",
        exit: .refused)
    case .notDelegated:
      Fault(
        "G22", "this may not be passed on", state: notStored,
        remedy: "pass on only what the grant allows", cause: ConsentWords.text(error),
        exit: .refused)
    case .tooMany:
      Fault(
        "G06", "no more is taken from this key", state: notStored,
        remedy: "ask the patient for a grant to the reader itself",
        cause: ConsentWords.text(error), exit: .refused)
    case .conflict:
      Fault(
        "G05", "another record has this id", state: notStored, remedy: "make the record again",
        cause: ConsentWords.text(error), exit: .refused)
    }
  }

  private static let notStored = "Nothing was stored."
}

/// Consent in words, for people.
public enum ConsentWords {
  public static func text(_ error: ConsentError) -> String {
    switch error {
    case .tooLong(let count): "\(count) bytes are too many"
    case .malformed(let field): "not a consent record: \(field)"
    case .badSignature: "the signature does not fit"
    case .wrongPatient: "another patient's"
    case .unknownParent(let id): "passes on grant \(id), which is not here"
    case .unknownGrant(let id): "ends grant \(id), which is not here"
    case .foreignSigner: "signed by someone who has no say in it"
    case .notDelegated(let id): "grant \(id) does not let it be passed on"
    case .tooMany: "\(ConsentBook.passedOnMax) grants were passed on, or this one is ended already"
    case .conflict(let id): "another record has the id \(id)"
    }
  }

  public static func text(_ refusal: ConsentRefusal) -> String {
    switch refusal {
    case .noGrant: "nobody is granted anything"
    case .grantee: "granted to somebody else"
    case .category: "not for this kind of data"
    case .action: "not for this action"
    case .purpose: "not for this purpose"
    case .notYetValid: "not valid yet"
    case .revoked: "revoked"
    case .expired: "has ended"
    case .dataWindow: "not for data of this time"
    case .identity: "shows less of the person than was asked for"
    case .denied(let id): "forbidden by \(id)"
    }
  }
}
