public import FluxgateSeal

/// What a reader asks for, all of it at once.
public struct ConsentRequest: Hashable, Sendable {
  public let reader: KeyFingerprint
  public let categories: Set<UInt16>
  public let action: ConsentAction
  /// A code of HL7 v3-ActReason.
  public let purpose: String
  /// When the data was measured. An end that is nil asks for everything on that side.
  public let data: TimeWindow
  public let identity: IdentityLevel

  public init(
    reader: KeyFingerprint, categories: Set<UInt16>, action: ConsentAction, purpose: String,
    data: TimeWindow, identity: IdentityLevel
  ) {
    self.reader = reader
    self.categories = categories
    self.action = action
    self.purpose = purpose
    self.data = data
    self.identity = identity
  }
}

public enum ConsentDecision: Hashable, Sendable {
  /// The one grant that permits every part.
  case permit(ConsentID)
  case deny(ConsentRefusal)
}

/// The part of a request that a grant does not cover, in the order in which they are looked at: the
/// later, the nearer a grant came.
public enum ConsentRefusal: Hashable, Sendable {
  /// Nobody is permitted anything.
  case noGrant
  /// Grants there are, for others.
  case grantee
  case category
  case action
  case purpose
  case notYetValid
  case revoked
  case expired
  case dataWindow
  case identity
  /// A denial covers a part of the request.
  case denied(ConsentID)

  /// Place in that order.
  var nearness: Int {
    switch self {
    case .noGrant: 0
    case .grantee: 1
    case .category: 2
    case .action: 3
    case .purpose: 4
    case .notYetValid: 5
    case .revoked: 6
    case .expired: 7
    case .dataWindow: 8
    case .identity: 9
    case .denied: 10
    }
  }

  /// A name for records and programs, without ids.
  public var code: String {
    if case .denied = self { "denied" } else { "\(self)" }
  }
}
