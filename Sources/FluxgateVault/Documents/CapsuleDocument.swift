internal import FluxgateSeal

/// Whether bytes are the capsule that a file name says, signed by the recording's gateway.
enum CapsuleDocument {
  static func read(
    _ bytes: [UInt8], named name: CapsuleFileName, of head: HeadDocument
  ) throws(ObjectFault) -> Capsule {
    let capsule: Capsule
    do {
      capsule = try Capsule(bytes, from: head.gateway)
    } catch {
      throw error == .badSignature ? .signature : .encoding
    }
    guard capsule.recording == head.recording, capsule.firstEpoch <= name.epoch,
      name.epoch <= capsule.lastEpoch, capsule.recipient.hex.hasPrefix(name.recipient)
    else { throw .place }
    return capsule
  }
}

/// A true pairing and the gateway that it names.
enum PairingDocument {
  static func read(
    _ bytes: [UInt8], of head: HeadDocument, by patient: PatientPublicKey? = nil
  ) throws(ObjectFault) -> Pairing {
    let pairing: Pairing
    do {
      pairing =
        if let patient { try Pairing(bytes, by: patient) } else { try Pairing(unverified: bytes) }
    } catch {
      switch error {
      case .wrongRecipient: throw .wrongPatient
      case .badSignature: throw .signature
      default: throw .encoding
      }
    }
    guard pairing.gateway.key == head.gateway else { throw .foreignGateway }
    return pairing
  }
}
