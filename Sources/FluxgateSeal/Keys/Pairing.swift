/// A patient's word that a gateway and its log are the ones that record for them.
///
/// Without it, whoever has the patient's public key could replace everything under another gateway's
/// key. Kept in the vault and beside each recording.
public struct Pairing: Hashable, Sendable {
  static let domain = "fluxgate/v1/pairing"
  static let byteCountMax = 4096

  public let patient: KeyFingerprint
  public let gateway: VerifyingKey
  /// The log's verifier key in the signed-note form.
  public let logVerifierKey: String
  /// UTC seconds since 1970, by the clock of the machine that paired.
  public let created: UInt64

  public init(
    patient: PatientPublicKey, gateway: VerifyingKey, logVerifierKey: String, created: UInt64
  ) {
    self.patient = patient.keyFingerprint
    self.gateway = gateway
    self.logVerifierKey = logVerifierKey
    self.created = created
  }

  /// The file: record and signature.
  /// - Parameter secret: of the patient named here; another one is a mistake in the program.
  public func signed(by secret: PatientSecret) -> [UInt8] {
    precondition(secret.publicKey.keyFingerprint == patient, "a pairing is signed by its patient")
    return SignedRecord(cbor, domain: Self.domain, by: secret.signing).encoded
  }

  /// The pairing in `file`, once `patient` is seen to be named in it and to have signed it.
  public static func open(
    _ file: [UInt8], by patient: PatientPublicKey
  ) throws(SealError) -> Pairing {
    let pairing = try read(file)
    guard pairing.patient == patient.keyFingerprint else { throw .wrongRecipient }
    try SignedRecord(file, byteCountMax: byteCountMax).check(domain: domain, by: patient.signing)
    return pairing
  }

  /// What `file` claims, with no look at its signature: to show whom it names.
  public static func read(_ file: [UInt8]) throws(SealError) -> Pairing {
    var fields = try SignedRecord(file, byteCountMax: byteCountMax).fields()
    return try Pairing(&fields)
  }

  private init(_ fields: inout RecordFields) throws(SealError) {
    patient = try fields.fingerprint("patient")
    gateway = try fields.verifyingKey("gateway")
    guard let log = try fields.take("log").textValue else { throw .malformed("log") }
    logVerifierKey = log
    created = try fields.number("created", as: UInt64.self)
    try fields.end()
  }

  private var cbor: CBOR {
    .record([
      "v": .unsigned(1), "patient": .bytes(patient.bytes), "gateway": .bytes(gateway.bytes),
      "log": .text(logVerifierKey), "created": .unsigned(created),
    ])
  }
}
