public import FluxgateSeal

/// Somebody for whom each epoch's data keys are sealed.
public struct Recipient: Sendable, Hashable {
  public let key: PatientPublicKey
  /// What a grant is limited to; nil for every category, as for the patient.
  public let categories: Set<UInt16>?

  public init(_ key: PatientPublicKey, categories: Set<UInt16>? = nil) {
    self.key = key
    self.categories = categories
  }
}
