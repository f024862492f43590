public import FluxgateSeal

/// A patient's word on who may do what with which data, for how long and what for.
///
/// A pure value; who signed it and whether it counts is for ``SignedConsent`` and ``ConsentBook``.
/// The format is in `ConsentFormat`.
public struct ConsentGrant: Hashable, Sendable {
  /// Whether the record allows or forbids. What is forbidden wins.
  public enum Effect: String, Sendable, Hashable, CaseIterable {
    case permit, deny
  }

  /// What a grantee may pass on.
  public struct Delegation: Hashable, Sendable {
    /// How many grants may follow each other below this one; at least 1.
    public let depth: UInt8
    /// A part of the grant's own, not empty.
    public let categories: Set<UInt16>

    public init(depth: UInt8, categories: Set<UInt16>) {
      self.depth = depth
      self.categories = categories
    }
  }

  public let id: ConsentID
  public let effect: Effect
  /// Whose data.
  public let patient: KeyFingerprint
  /// The grant that this one passes on; nil when the patient signs.
  public let parent: ConsentID?
  /// The patient, or the grantee of `parent`.
  public let signer: KeyFingerprint
  /// Whom it is for. The key's label is a role ("cardiologist"), not a name.
  public let grantee: PatientPublicKey
  /// Codes of `FluxgateSignal.Category`; not empty.
  public let categories: Set<UInt16>
  public let actions: Set<ConsentAction>
  /// Codes of HL7 v3-ActReason ("TREAT"); not empty, compared as they stand.
  public let purposes: Set<String>
  /// Ids of the Data Use Ontology ("DUO:0000042"): conditions that the reader takes on.
  public let terms: Set<String>
  /// When the grant may be used. The end is never nil.
  public let valid: TimeWindow
  /// Which measurements it covers, by the time they were made at.
  public let data: TimeWindow
  /// The highest level that a reader may ask for; in a denial the lowest that is denied.
  public let identity: IdentityLevel
  public let delegation: Delegation?
  /// SHA-256 of the text that the person saw.
  public let termsDigest: [UInt8]
  /// 16 random bytes, by which both sides name their copy.
  public let receipt: [UInt8]
  /// UTC seconds since 1970, by the signer's clock. Nothing is decided by it.
  public let created: Int64

  public init(
    id: ConsentID = .random(), effect: Effect = .permit, patient: KeyFingerprint,
    parent: ConsentID? = nil, signer: KeyFingerprint, grantee: PatientPublicKey,
    categories: Set<UInt16>, actions: Set<ConsentAction> = [.read], purposes: Set<String>,
    terms: Set<String> = [], valid: TimeWindow, data: TimeWindow = TimeWindow(),
    identity: IdentityLevel, delegation: Delegation? = nil, termsDigest: [UInt8],
    receipt: [UInt8], created: Int64
  ) {
    self.id = id
    self.effect = effect
    self.patient = patient
    self.parent = parent
    self.signer = signer
    self.grantee = grantee
    self.categories = categories
    self.actions = actions
    self.purposes = purposes
    self.terms = terms
    self.valid = valid
    self.data = data
    self.identity = identity
    self.delegation = delegation
    self.termsDigest = termsDigest
    self.receipt = receipt
    self.created = created
  }
}
