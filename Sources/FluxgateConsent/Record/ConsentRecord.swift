public import FluxgateSeal

/// Either kind of record.
public enum ConsentRecord: Hashable, Sendable {
  case grant(ConsentGrant)
  case revocation(ConsentRevocation)

  public var id: ConsentID {
    switch self {
    case .grant(let grant): grant.id
    case .revocation(let revocation): revocation.id
    }
  }

  public var patient: KeyFingerprint {
    switch self {
    case .grant(let grant): grant.patient
    case .revocation(let revocation): revocation.patient
    }
  }

  public var signer: KeyFingerprint {
    switch self {
    case .grant(let grant): grant.signer
    case .revocation(let revocation): revocation.signer
    }
  }
}
