public import FluxgateLedger
public import FluxgateRecording
internal import Glibc

extension Fault {
  /// The session closed by itself before the disk was full.
  public static func diskReserve(free: UInt64) -> Fault {
    Fault(
      "R04", "the disk is nearly full: the recording was closed",
      state: "Everything up to the end is sealed and safe.",
      remedy: "free space, then start a new recording",
      cause: "\(free / 1_000_000) MB are free", exit: .incomplete)
  }

  public static func recording(_ error: RecordingError, folder: String) -> Fault {
    if let fault = reading(error, folder: folder) { return fault }
    return switch error {
    case .disk(_, let path, ENOSPC):
      Fault(
        "R01", "the disk is full", state: "Everything stored before is safe in \(folder).",
        remedy: "free space, then `fluxgate recover` closes what is there",
        cause: "\(path): \(ErrorNumber.text(ENOSPC))",
        exit: .failed)
    case .disk(let operation, let path, let number):
      Fault(
        "R02", "the disk refused (\(operation.rawValue))",
        state: "What was synced before is safe; nothing later is assumed written.",
        remedy: number == EEXIST ? "choose a folder that does not exist" : "check disk and path",
        cause: "\(path): \(ErrorNumber.text(number))", exit: .failed)
    default:
      Fault(
        "R03", "\(folder) cannot be used as a recording",
        remedy: "run `fluxgate verify` on it; it names the object at fault", cause: "\(error)",
        exit: .failed)
    }
  }

  public static func ledger(_ error: LedgerError) -> Fault {
    switch error {
    case .locked:
      Fault(
        "L01", "another program has the gateway's log open",
        state: "Recordings are safe; they are not anchored yet.",
        remedy: "end the other session; `fluxgate recover` anchors later", exit: .incomplete)
    default:
      Fault(
        "L02", "the gateway's log cannot be used",
        state: "Recordings are safe; they are not anchored yet.",
        remedy: "restore the log's folder; never delete it", cause: "\(error)", exit: .incomplete)
    }
  }
}
