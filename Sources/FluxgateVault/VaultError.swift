public import FluxgateLedger
public import FluxgateRecording
public import FluxgateSeal

/// Why a vault, a push or a pull stops. Objects are named as they are in the vault.
public enum VaultError: Error, Sendable {
  /// The vault's folder is not there: a disk that is not mounted, perhaps. Nothing is made.
  case missing(path: String)
  /// The vault does not hold this object.
  case noObject(String)
  /// Another writer put other bytes under this name: two gateways with one identity, or a recording
  /// that was restored from a backup and went on.
  case conflict(String)
  case invalidName(String)
  /// No room left, or a quota is used up.
  case full(path: String)
  /// No right to read or write here, or a file system that is mounted read-only.
  case notPermitted(path: String)
  /// Any other failed call, with `errno` as Linux gave it.
  case file(FileOperation, path: String, errno: Int32)
  /// The file system does not keep the promise that the vault is built on.
  case unfit(path: String, ProbeFault)
  /// An object, or the file that would become one, is not what the signed documents say.
  case refused(String, ObjectFault)
  /// The recording's own folder cannot be read.
  case recording(RecordingError)
  case noRecording
  /// Several recordings are in the vault and none was chosen: their ids.
  case severalRecordings([String])
  /// The folder to pull into exists and holds something else.
  case exists(path: String)
  /// The patient has erased this recording: nothing of it goes into the vault again.
  case erased(recording: String)
  /// Capsules of the patient hold keys that stay beside those that are to go: the patient's machine
  /// must seal those anew first.
  case needsResealing([String])
  /// Nothing in the vault lies in the scope that was asked for.
  case nothingToErase
  /// Everything was fetched and the whole does not verify. The folder stays under this path.
  case notVerified(path: String, VerificationReport)
}

public enum FileOperation: String, Hashable, Sendable {
  case open, read, write, sync, lock, rename, remove, list, makeFolder
}

/// What ``DirectoryVault/probe()`` found.
public enum ProbeFault: Hashable, Sendable {
  /// A second object took the place of the first.
  case replaces
  /// An object that was put is not in the list.
  case notListed
  case notRead
  case notDeleted
}

/// What is wrong with one object.
public enum ObjectFault: Error, Hashable, Sendable {
  case size(UInt64, expected: UInt64)
  case digest
  case encoding
  case signature
  /// Signed by a gateway that the pairing does not name.
  case foreignGateway
  /// The pairing was made for another patient, or by someone else.
  case wrongPatient
  /// A true document of another recording, segment, epoch or recipient.
  case place
  /// Does not follow the manifest before it.
  case chain
  /// A capsule for this patient that the patient's key does not open.
  case sealed(SealError)
  /// The pairing names a log that no proof could be checked against.
  case logKey(NoteError)
  case proof(NoteError)
}
