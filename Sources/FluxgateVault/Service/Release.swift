public import FluxgateConsent

/// What a vault has agreed to hand out, entered in the ledger before the reader hears of it.
public struct Release: Sendable, Hashable {
  /// How long objects can be fetched, by the server's clock.
  public static let lifetimeSeconds: Int64 = 900

  /// 16 random bytes: the name of this release in further requests.
  public let id: [UInt8]
  /// The grant that permits it; nil when the patient reads.
  public let consent: ConsentID?
  /// Of its entry in the ledger.
  public let index: UInt64
  public let objects: [ReleasedName]
  /// Recordings that were left out because an object of theirs is damaged: 16 bytes each.
  public let damaged: [[UInt8]]
}

/// One file of a released recording's folder.
public struct ReleasedName: Sendable, Hashable {
  /// 16 bytes.
  public let recording: [UInt8]
  /// Below the recording's folder, for example `segments/00000001.h5`.
  public let file: String
  /// Bytes; nil for a part of a segment, which is made when it is fetched, and for a proof, which may
  /// gain cosignatures until then.
  public let size: UInt64?
  /// Nil for the same: the signed manifest vouches for each chunk of a part, and the log for a proof.
  public let sha256: [UInt8]?

  /// What it is fetched by: `<32 hexadecimal digits>/<file>`.
  public var name: String { "\(hexadecimal(recording))/\(file)" }
}

/// An object on its way to a reader.
public enum ReleasedObject: Sendable, Hashable {
  case bytes([UInt8])
  /// A temporary file is the receiver's to delete.
  case file(path: String, size: UInt64, isTemporary: Bool)
}

/// What whoever hands in a consent gets back: all that is needed to show that it was entered.
public struct ConsentReceipt: Sendable, Hashable {
  public let consent: ConsentID
  /// The trail's record of it, with its salt and entry. Nil when it had been entered before: the
  /// server keeps no salts, and only the patient can open the record in the trail.
  public let record: SaltedRecord?
  public let index: UInt64
  /// The `.tlog-proof` of the entry.
  public let proof: [UInt8]
}
