public import FluxgateSeal

/// Somebody for whom each epoch's data keys are sealed.
public struct Recipient: Sendable, Hashable {
  public let key: PatientPublicKey
  /// What a grant is limited to; nil for every category, as for the patient.
  public let categories: Set<UInt16>?

  /// The id of the grant that it comes from; nil for the patient. Each grant has a capsule of its own,
  /// so that the end of one takes nothing from another for the same key.
  public let grant: [UInt8]?

  public init(_ key: PatientPublicKey, categories: Set<UInt16>? = nil, grant: [UInt8]? = nil) {
    self.key = key
    self.categories = categories
    self.grant = grant
  }
}
