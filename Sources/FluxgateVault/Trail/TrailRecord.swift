public import FluxgateConsent
public import FluxgateSeal

/// What happened to a patient's data, as the trail keeps it (``VaultFormat``, "Trail records").
///
/// A record is read by its patient alone: the ledger holds a salted commitment, the vault the record
/// sealed to the patient.
public struct TrailRecord: Hashable, Sendable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case consentGranted = "consent-granted"
    case consentRevoked = "consent-revoked"
    /// A capsule came for data that was recorded before.
    case keysAdded = "keys-added"
    case released
    case refused
    case erased
  }

  public let kind: Kind
  /// UTC seconds since 1970, by the server's clock that never steps back.
  public let at: Int64
  /// Who signed the request or the record.
  public let actor: KeyFingerprint
  /// The grant or revocation itself; for a release the grant that permits it, nil for the patient.
  public var consent: ConsentID?
  /// 16 bytes; nil where it is about no single one.
  public var recording: [UInt8]?
  public var categories: Set<UInt16> = []
  /// The measurements that were asked for, granted or erased.
  public var window = TimeWindow()
  /// A code of HL7 v3 ActReason.
  public var purpose: String?
  public var action: ConsentAction?
  public var identity: IdentityLevel?
  /// Why it was refused: a code.
  public var reason: String?
  /// SHA-256 over the list of what left or was added, 32 bytes.
  public var objects: [UInt8]?

  public init(_ kind: Kind, at: Int64, by actor: KeyFingerprint) {
    self.kind = kind
    self.at = at
    self.actor = actor
  }
}
