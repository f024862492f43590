public import FluxgateSeal

/// Ends a grant, or a denial, and with it everything that was passed on under it.
public struct ConsentRevocation: Hashable, Sendable {
  public let id: ConsentID
  public let patient: KeyFingerprint
  /// The patient, or who signed the grant.
  public let signer: KeyFingerprint
  public let revokes: ConsentID
  /// UTC seconds since 1970, by the signer's clock.
  public let at: Int64
  /// A code of lower-case letters, digits and hyphens; never free text.
  public let reason: String?

  public init(
    id: ConsentID = .random(), patient: KeyFingerprint, signer: KeyFingerprint,
    revokes: ConsentID, at: Int64, reason: String? = nil
  ) {
    self.id = id
    self.patient = patient
    self.signer = signer
    self.revokes = revokes
    self.at = at
    self.reason = reason
  }
}

extension ConsentRevocation {
  /// Whether a text can stand as a reason.
  public static func isReason(_ text: String) -> Bool { Code.isReason(text) }
}
