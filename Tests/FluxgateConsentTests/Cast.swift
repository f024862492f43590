import FluxgateConsent
import FluxgateSeal

/// People with keys, and the records that they sign.
struct Cast {
  let patient = Cast.person("patient")
  let doctor = Cast.person("cardiologist")
  let nurse = Cast.person("nurse")
  let trainee = Cast.person("trainee")

  static let start: Int64 = 1_780_272_000
  static let day: Int64 = 86_400

  static func person(_ label: String) -> PatientSecret {
    guard let made = PatientSecret(name: label) else { fatalError("a plain label") }
    return made
  }

  func grant(
    _ effect: ConsentGrant.Effect = .permit, to grantee: PatientSecret? = nil,
    by signer: PatientSecret? = nil, under parent: ConsentGrant? = nil,
    categories: Set<UInt16> = [1, 2], actions: Set<ConsentAction> = [.read],
    purposes: Set<String> = ["TREAT"], from: Int64? = Cast.start, days: Int64 = 90,
    data: TimeWindow = TimeWindow(), identity: IdentityLevel = .identified,
    delegation: ConsentGrant.Delegation? = nil, id: ConsentID = .random()
  ) -> ConsentGrant {
    ConsentGrant(
      id: id, effect: effect, patient: patient.publicKey.keyFingerprint, parent: parent?.id,
      signer: (signer ?? patient).publicKey.keyFingerprint,
      grantee: (grantee ?? doctor).publicKey, categories: categories, actions: actions,
      purposes: purposes, valid: TimeWindow(from: from, until: Cast.start + days * Cast.day),
      data: data, identity: identity, delegation: delegation,
      termsDigest: [UInt8](repeating: 7, count: 32), receipt: [UInt8](repeating: 8, count: 16),
      created: Cast.start)
  }

  func signed(_ grant: ConsentGrant, by signer: PatientSecret? = nil) -> [UInt8] {
    SignedConsent.sign(.grant(grant), by: (signer ?? patient).signing).bytes
  }

  func revocation(
    of grant: ConsentGrant, at: Int64, by signer: PatientSecret? = nil
  ) -> [UInt8] {
    let signer = signer ?? patient
    let revocation = ConsentRevocation(
      patient: patient.publicKey.keyFingerprint, signer: signer.publicKey.keyFingerprint,
      revokes: grant.id, at: at)
    return SignedConsent.sign(.revocation(revocation), by: signer.signing).bytes
  }

  func book(_ records: [UInt8]...) -> ConsentBook {
    ConsentBook(
      patient: patient.publicKey, records: records.map { (bytes: $0, receivedAt: nil) })
  }

  func request(
    by reader: PatientSecret? = nil, categories: Set<UInt16> = [1], action: ConsentAction = .read,
    purpose: String = "TREAT", data: TimeWindow = TimeWindow(from: 100, until: 200),
    identity: IdentityLevel = .identified
  ) -> ConsentRequest {
    ConsentRequest(
      reader: (reader ?? doctor).publicKey.keyFingerprint, categories: categories,
      action: action, purpose: purpose, data: data, identity: identity)
  }
}
