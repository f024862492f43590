internal import FluxgateRecording
public import FluxgateVault

extension Fault {
  /// What went wrong with a vault, with the object at fault.
  public static func vault(_ error: VaultError) -> Fault {
    switch error {
    case .missing(let path): .missingVault(path)
    case .full(let path): .fullVault(path)
    case .notPermitted(let path):
      Fault(
        "V03", "no permission in \(path)", state: unchanged,
        remedy: "check the owner and mode of the folder, and that it is not mounted read-only",
        exit: .refused)
    case .unfit(let path, let fault):
      Fault(
        "V04", "\(path) cannot hold a vault", state: unchanged,
        remedy: "use a folder on a local or properly shared file system", cause: "\(fault)",
        exit: .refused)
    case .file(let operation, let path, let number):
      Fault(
        "V05", "the vault's disk refused (\(operation.rawValue))", state: unchanged,
        remedy: "check the disk, then repeat: nothing is copied twice",
        cause: "\(path): \(ErrorNumber.text(number))", exit: .failed)
    case .noObject, .conflict, .refused, .notVerified: damagedVault(error)
    case .erased, .needsResealing, .nothingToErase: erased(error)
    case .recording(let error): .recording(error, folder: "the recording")
    case .invalidName, .noRecording, .severalRecordings, .exists: wrongChoice(error)
    }
  }

  private static let unchanged = "The recording itself was not changed."

  private static func missingVault(_ path: String) -> Fault {
    Fault(
      "V01", "the vault \(path) is not there", state: unchanged,
      remedy: "mount its disk; for a new vault make the folder first", exit: .refused)
  }

  private static func fullVault(_ path: String) -> Fault {
    Fault(
      "V02", "no room left for \(path)",
      state: "The recording is safe; what was copied so far stays and is not copied again.",
      remedy: "free space, then repeat the command", exit: .failed)
  }

  private static func damagedVault(_ error: VaultError) -> Fault {
    switch error {
    case .refused(let object, .wrongPatient):
      Fault(
        "K09", "this key is not the recording's", state: "Nothing was fetched.",
        remedy: "give the secret of the patient for whom it was made", cause: object,
        exit: .refused)
    case .refused(let object, .foreignGateway):
      Fault(
        "V10", "refused: not signed by the gateway that the patient paired with",
        state: "Nothing of it was put in place.",
        remedy: "do not trust it; look who may write to the vault", cause: object, exit: .damaged)
    case .conflict(let object):
      Fault(
        "V11", "the vault holds another object of this name", state: unchanged,
        remedy: "look for two gateways with one identity, or a recording restored from a backup",
        cause: object, exit: .damaged)
    case .notVerified(let path, let report):
      Fault(
        "V12", "everything was fetched, and the whole does not verify",
        state: "The folder keeps its name ending in .part; nothing was put in place.",
        remedy: "`fluxgate verify` on \(path) names what is damaged",
        cause: report.findings.first.map { "\($0)" } ?? "\(report.status)", exit: .damaged)
    case .noObject(let object): damagedObject(object, "missing")
    case .refused(let object, let fault): damagedObject(object, "\(fault)")
    default: damagedObject("an object", "\(error)")
    }
  }

  private static func damagedObject(_ object: String, _ cause: String) -> Fault {
    Fault(
      "V13", "an object is damaged or missing: \(object)",
      state: "Nothing damaged was put in place.",
      remedy: "restore it from a copy, or push again from the gateway: repeating is harmless",
      cause: cause, exit: .damaged)
  }

  private static func wrongChoice(_ error: VaultError) -> Fault {
    switch error {
    case .noRecording:
      Fault(
        "V06", "the vault holds no recording", remedy: "push one first, or name another vault",
        exit: .refused)
    case .severalRecordings(let ids):
      Fault(
        "V07", "the vault holds \(ids.count) recordings",
        remedy: "choose one with --recording; --list shows them", cause: ids.joined(separator: " "),
        exit: .refused)
    case .exists(let path):
      Fault(
        "V08", "\(path) exists and holds something else", state: "It was not changed.",
        remedy: "choose another folder for --out", exit: .refused)
    default:
      Fault(
        "V09", "this is no recording's id", remedy: "give 32 hexadecimal digits; --list shows them",
        cause: "\(error)", exit: .refused)
    }
  }
}
