public import FluxgateRecording
internal import Glibc

extension Fault {
  /// Codes that a recovery of many recordings passes over: no recording, in use, another gateway's.
  static let passedOver: Set<String> = ["R05", "R07", "R09"]

  static func noFolder(_ path: String) -> Fault {
    Fault(
      "H02", "\(path) is not there", remedy: "check the path", cause: ErrorNumber.text(ENOENT),
      exit: .refused)
  }

  static func notARecording(_ path: String) -> Fault {
    Fault(
      "R05", "\(path) is not a recording",
      remedy: "give the folder that `fluxgate record` or `fluxgate pull` made",
      cause: "there is no file `recording` in it", exit: .refused)
  }

  static func otherGateway(_ path: String) -> Fault {
    Fault(
      "R09", "\(path) was made by another gateway", state: "Nothing was changed.",
      remedy: "run this on the gateway that recorded it, or name its folder with --home",
      exit: .refused)
  }

  static func wrongKey(_ path: String, cause: String) -> Fault {
    Fault(
      "K09", "this key does not open \(path)", state: "The recording was not changed.",
      remedy: "give the secret of the patient for whom it was made", cause: cause, exit: .refused)
  }

  /// Why a recording cannot be read or recovered; nil for what is the disk's or the writer's.
  static func reading(_ error: RecordingError, folder: String) -> Fault? {
    switch error {
    case .noKey: .wrongKey(folder, cause: "no capsule of it is for this key")
    case .inUse(let path): .inUse(path)
    case .journal(_, _, .foreign): .otherGateway(folder)
    case .journal(let path, let offset, .damagedBeforeWholeRecords):
      .damagedJournal(path, offset: offset)
    case .document(let path, .signer) where path.hasSuffix("/pairing"): .foreignSigner(folder)
    case .document(let path, .missing) where path.hasSuffix("/recording"): .notARecording(folder)
    case .document, .chunk, .journal, .meta, .seal, .hdf5(.open, _), .hdf5(.inspect, _),
      .hdf5(.readChunk, _):
      .damaged(error, folder: folder)
    case .disk(_, let path, ENOENT):
      Fault(
        "R06", "\(folder) is damaged: a file of it is missing",
        state: "Everything else in it may be whole.",
        remedy: "`fluxgate verify` names what is damaged; `fluxgate pull` brings it back",
        cause: "\(path) is not there", exit: .damaged)
    default: nil
    }
  }

  private static func inUse(_ path: String) -> Fault {
    Fault(
      "R07", "\(path) is being written", state: "Nothing was changed.",
      remedy: "wait until its recording ends; `fluxgate status` shows it",
      cause: "another program holds it", exit: .refused)
  }

  private static func damagedJournal(_ path: String, offset: UInt64) -> Fault {
    Fault(
      "R08", "a journal is damaged", state: "Nothing was changed; the journal was left as it is.",
      remedy: "copy the recording first; `fluxgate recover --cut-damage` keeps what stands before "
        + "the damage", cause: "\(path) at byte \(offset), with whole records after it",
      exit: .damaged)
  }

  private static func foreignSigner(_ folder: String) -> Fault {
    Fault(
      "R10", "\(folder) is not from a gateway that this patient paired with",
      state: "Nothing of it was opened.",
      remedy: "do not trust it; fetch the recording again with `fluxgate pull`",
      cause: "the pairing beside it was not signed by this key, or names another gateway",
      exit: .damaged)
  }

  private static func damaged(_ error: RecordingError, folder: String) -> Fault {
    Fault(
      "R06", "\(folder) is damaged", state: "Everything else in it may be whole.",
      remedy: "`fluxgate verify` names what is damaged; `fluxgate pull` brings it back",
      cause: "\(error)", exit: .damaged)
  }

  /// A plain export that failed; what it had written is gone.
  public static func export(_ error: RecordingError, to path: String, free: UInt64) -> Fault {
    let isFull = free < 1 << 20 || error.isFullDisk
    if !isFull, let fault = reading(error, folder: path), fault.code != "R06" { return fault }
    if !isFull, case .chunk = error { return .damaged(error, folder: path) }
    return Fault(
      "E01", isFull ? "the disk is full: nothing was exported" : "\(path) cannot be written",
      state: "The recording was not changed, and the unfinished export was removed.",
      remedy: isFull ? "free space, or choose another disk" : "check folder and permissions",
      cause: "\(error)", exit: .failed)
  }
}

extension RecordingError {
  fileprivate var isFullDisk: Bool {
    if case .disk(_, _, let number) = self { return number == ENOSPC || number == EDQUOT }
    return false
  }
}
