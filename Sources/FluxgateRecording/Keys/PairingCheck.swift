internal import FluxgateSeal

/// Whether the patient named this gateway.
enum PairingCheck {
  static func fault(
    _ file: [UInt8], _ patient: PatientPublicKey, _ gateway: VerifyingKey
  ) -> DocumentFault? {
    do {
      return try Pairing.open(file, by: patient).gateway == gateway ? nil : .signer
    } catch {
      return DocumentFault(error)
    }
  }
}

extension DocumentFault {
  init(_ error: SealError) {
    self =
      switch error {
      case .badSignature, .authentication: .signature
      case .untrustedSigner, .wrongRecipient: .signer
      case .wrongCommitment(let category, _): .commitment(category: category)
      case .wrongPlace(let field): .field(field.rawValue)
      case .malformed(let field): .field(field)
      default: .encoding
      }
  }
}
