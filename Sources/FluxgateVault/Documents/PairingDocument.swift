internal import FluxgateSeal

/// A pairing and whether it names the recording's gateway.
enum PairingDocument {
  /// - Parameter patient: who must have signed; nil where nobody's key is known, as on a gateway.
  static func read(
    _ bytes: [UInt8], of head: HeadDocument, by patient: PatientPublicKey? = nil
  ) throws(ObjectFault) -> Pairing {
    let pairing: Pairing
    do {
      pairing =
        if let patient { try Pairing.open(bytes, by: patient) } else {
          try Pairing.read(bytes)
        }
    } catch {
      switch error {
      case .wrongRecipient: throw .wrongPatient
      case .badSignature: throw .signature
      default: throw .encoding
      }
    }
    guard pairing.gateway == head.gateway else { throw .foreignGateway }
    return pairing
  }
}
