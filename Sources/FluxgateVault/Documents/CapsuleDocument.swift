internal import FluxgateSeal

/// Whether bytes are the capsule that a file name says.
enum CapsuleDocument {
  /// - Parameter patient: who signs what is granted after the recording; nil takes the gateway's only.
  @discardableResult
  static func check(
    _ bytes: [UInt8], named name: CapsuleFileName, of head: HeadDocument,
    patient: PatientPublicKey?
  ) throws(ObjectFault) -> Capsule {
    let capsule: Capsule
    do {
      capsule = try Capsule.inspect(bytes)
    } catch {
      throw error == .badSignature ? .signature : .encoding
    }
    guard capsule.signer == head.gateway || capsule.signer == patient?.signing else {
      throw .foreignGateway
    }
    guard capsule.recording == head.recording, capsule.firstEpoch <= name.epoch,
      name.epoch <= capsule.lastEpoch, name.isFor(capsule.recipient)
    else { throw .place }
    return capsule
  }

  /// Sees that the patient can read what the capsule is for, and gives the keys.
  @discardableResult
  static func open(
    _ bytes: [UInt8], with patient: PatientSecret, of head: HeadDocument
  ) throws(ObjectFault) -> [CapsuleKey] {
    do {
      let signer = try Capsule.inspect(bytes).signer
      return try Capsule.open(
        bytes, with: patient,
        trusting: signer == patient.publicKey.signing ? signer : head.gateway,
        recording: head.recording)
    } catch {
      throw .sealed(error)
    }
  }
}
