public import FluxgateSeal

/// What a verification found: every object that is not as it should be, and why.
public struct VerificationReport: Sendable, Hashable {
  /// What the whole comes to. Raw values are the exit codes of the command line.
  public enum Status: Int32, Sendable {
    case intact = 0
    case unverifiable = 1
    /// Whole as far as it goes, but not closed, or with rows recorded as lost.
    case incomplete = 3
    case damaged = 4
  }

  /// 16 bytes; empty where the recording's identity could not be read.
  public internal(set) var recording: [UInt8] = []
  public internal(set) var findings: [Finding] = []
  public internal(set) var segmentCount = 0
  public internal(set) var chunkCount = 0
  /// Rows by stream, as the signed manifests count them.
  public internal(set) var counts: [UInt32: StreamCounts] = [:]
  /// Ledger entry of each segment; empty once the salt is erased.
  public internal(set) var entries: [ClosedSegment] = []
  /// What the ledger says of each segment that has a proof.
  public internal(set) var proofs: [UInt32: ProofVerdict] = [:]
  /// Salt and capsules are gone: nobody can open the recording.
  public internal(set) var isErased = false
  /// The patient's tombstones for this recording or parts of it, oldest first.
  public internal(set) var erasures: [Tombstone] = []
  /// What the folder holds where it is no whole recording but a part that a vault released. Chunks
  /// and counts are those of the part.
  public internal(set) var part: PartNote?

  public var status: Status {
    let weights = Set(findings.map(\.kind.weight))
    if weights.contains(.damaged) { return .damaged }
    if weights.contains(.unverifiable) { return .unverifiable }
    return weights.contains(.incomplete) ? .incomplete : .intact
  }
}

/// One thing that is not as it should be.
public struct Finding: Sendable, Hashable, CustomStringConvertible {
  public let object: RecordingObject
  public let kind: FindingKind

  public var description: String { "\(object): \(kind)" }
}

/// A part of a recording that can be named.
public enum RecordingObject: Sendable, Hashable, CustomStringConvertible {
  case recording
  case pairing
  case salt
  case manifest(UInt32)
  case segment(UInt32)
  /// A group, dataset, link or attribute inside a segment, by its path.
  case part(segment: UInt32, path: String)
  case chunk(segment: UInt32, stream: UInt32, index: UInt64)
  case stream(UInt32)
  case capsule(String)
  case journal(UInt32)
  case proof(UInt32)
  /// By its file's name.
  case tombstone(String)
  /// The span of an epoch.
  case span(UInt32)
  case partNote
  /// A file that has no business in the folder.
  case file(String)

  public var description: String {
    switch self {
    case .recording: "recording"
    case .pairing: "pairing"
    case .salt: "salt"
    case .manifest(let number): "manifest \(number)"
    case .segment(let number): "segment \(number)"
    case .part(let segment, let path): "segment \(segment) \(path)"
    case .chunk(let segment, let stream, let index):
      "segment \(segment) stream \(stream) chunk \(index)"
    case .stream(let number): "stream \(number)"
    case .capsule(let name): "capsule \(name)"
    case .journal(let number): "journal \(number)"
    case .proof(let number): "proof \(number)"
    case .tombstone(let name): "tombstone \(name)"
    case .span(let epoch): "span of epoch \(epoch)"
    case .partNote: "part"
    case .file(let name): "file \(name)"
    }
  }
}

/// How a part is wrong, or what is to be said of it.
public enum FindingKind: Sendable, Hashable {
  case missing
  case extra
  case unreadable
  /// A signed document or capsule fails.
  case document(DocumentFault)
  /// A group, dataset, link or attribute differs from what the format and the manifest say.
  case structure(String)
  /// HDF5 was told to skip the filter: the bytes are not sealed.
  case mask(UInt32)
  /// The sealed header names another place, or is no header.
  case place
  case digest
  case size
  case proof(ProofVerdict)
  case signerUnknown
  /// No manifest exists yet.
  case nothingSigned
  case notClosed
  case recoveryNeeded
  case rowsLost(UInt64)
  /// The patient has erased what this opens, and here it still is.
  case notErased
  /// Salt and capsules are gone, and no tombstone of the patient says why.
  case keysGone

  enum Weight { case notice, incomplete, unverifiable, damaged }

  var weight: Weight {
    switch self {
    case .signerUnknown, .nothingSigned, .proof(.unreachable): .unverifiable
    case .notClosed, .recoveryNeeded, .rowsLost, .notErased, .keysGone: .incomplete
    case .proof(.cosigned), .proof(.selfAttested): .notice
    default: .damaged
    }
  }
}

/// What a proof of inclusion comes to, as the ledger's part judges it.
public enum ProofVerdict: Sendable, Hashable {
  /// In a checkpoint that a second party signed too.
  case cosigned
  /// In a checkpoint that only the gateway's own log signed.
  case selfAttested
  case invalid
  case unreachable
}

/// Whom a verification believes.
public enum Trust: Sendable {
  /// The gateway's key was learned some other way.
  case gateway(VerifyingKey)
  /// The patient's key: the pairing beside the recording must be signed by it.
  case patient(PatientPublicKey)
  /// Nobody: everything is checked, and the result is unverifiable at best.
  case nobody
}
