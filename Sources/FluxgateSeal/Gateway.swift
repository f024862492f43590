/// The gateway's own keys: its identity, which signs manifests and capsules, and its log's key.
public struct GatewayIdentity: Sendable {
  public static let fileKind = "fluxgate-gateway-v1"
  public let identity: SigningKey
  public let log: SigningKey
  /// Name of the gateway's log (its checkpoint origin), like a URL without scheme.
  public let logName: String

  public init(logName: String) {
    identity = SigningKey()
    log = SigningKey()
    self.logName = logName
  }

  public var publicKey: VerifyingKey { identity.publicKey }

  public func fileText() -> String {
    var file = KeyFile(kind: Self.fileKind)
    file.add("log-name", logName)
    file.add("identity", identity.seed)
    file.add("log", log.seed)
    return file.text()
  }

  public init(fileText: String) throws(KeyFileError) {
    let file = try KeyFile(fileText, kind: Self.fileKind)
    logName = try file.string("log-name")
    guard let identity = SigningKey(seed: try file.bytes("identity", count: 32)),
      let log = SigningKey(seed: try file.bytes("log", count: 32))
    else { throw .missing(field: "identity") }
    self.identity = identity
    self.log = log
  }

  /// What the patient pairs with.
  public var card: GatewayCard {
    GatewayCard(key: publicKey, logKey: log.publicKey, logName: logName)
  }
}

/// The public half of a gateway: what is shown to a patient who pairs with it.
public struct GatewayCard: Sendable, Hashable {
  public static let fileKind = "fluxgate-gateway-card-v1"
  public let key: VerifyingKey
  public let logKey: VerifyingKey
  public let logName: String

  public init(key: VerifyingKey, logKey: VerifyingKey, logName: String) {
    self.key = key
    self.logKey = logKey
    self.logName = logName
  }

  public func fileText() -> String {
    var file = KeyFile(kind: Self.fileKind)
    file.add("log-name", logName)
    file.add("key", key.bytes)
    file.add("log-key", logKey.bytes)
    return file.text()
  }

  public init(fileText: String) throws(KeyFileError) {
    let file = try KeyFile(fileText, kind: Self.fileKind)
    logName = try file.string("log-name")
    guard let key = VerifyingKey(bytes: try file.bytes("key", count: 32)),
      let logKey = VerifyingKey(bytes: try file.bytes("log-key", count: 32))
    else { throw .missing(field: "key") }
    self.key = key
    self.logKey = logKey
  }
}

/// The patient's signed word that a gateway may record for them: it names the gateway's key and its
/// log's key. Without it, anyone who knows the patient's public key could put another gateway's
/// recording in place of the true one.
public struct Pairing: Sendable, Hashable {
  static let domain = "fluxgate/v1/pairing"
  public let patient: Fingerprint
  public let gateway: GatewayCard
  /// Seconds since 1970 at which the patient signed.
  public let created: Int64
  public let encoded: [UInt8]

  /// Signs a pairing.
  public init(_ gateway: GatewayCard, by patient: PatientSecret, created: Int64) {
    self.patient = patient.publicKey.fingerprint
    self.gateway = gateway
    self.created = created
    let record = Self.record(gateway, patient: self.patient, created: created)
    let signature = patient.signing.sign(record, domain: Self.domain)
    encoded = CBOR.array([.bytes(record), .bytes(signature)]).encoded()
  }

  /// Reads a pairing and checks that `patient` signed it.
  public init(_ encoded: [UInt8], by patient: PatientPublicKey) throws(SealError) {
    let unsigned = try Pairing(unverified: encoded)
    guard unsigned.patient == patient.fingerprint else { throw .wrongRecipient }
    guard let parts = (try? CBOR.decode(encoded))?.arrayValue,
      let record = parts[0].bytesValue, let signature = parts[1].bytesValue,
      patient.signing.verifies(signature, over: record, domain: Self.domain)
    else { throw .badSignature }
    self = unsigned
  }

  /// Reads a pairing without checking who signed it: for showing, never for trusting.
  public init(unverified encoded: [UInt8]) throws(SealError) {
    guard let parts = (try? CBOR.decode(encoded))?.arrayValue, parts.count == 2,
      let bytes = parts[0].bytesValue, parts[1].bytesValue?.count == 64,
      let record = try? CBOR.decode(bytes), record.mapValue?.count == 6,
      record["v"]?.uint == 1,
      let patient = record["patient"]?.bytesValue.flatMap(Fingerprint.init(bytes:)),
      let key = record["gateway"]?.bytesValue.flatMap(VerifyingKey.init(bytes:)),
      let logKey = record["logKey"]?.bytesValue.flatMap(VerifyingKey.init(bytes:)),
      let logName = record["logName"]?.textValue, let created = record["created"]?.int
    else { throw .malformed("pairing") }
    self.patient = patient
    gateway = GatewayCard(key: key, logKey: logKey, logName: logName)
    self.created = created
    self.encoded = encoded
  }

  private static func record(
    _ gateway: GatewayCard, patient: Fingerprint, created: Int64
  ) -> [UInt8] {
    CBOR.record([
      "v": .unsigned(1), "patient": .bytes(patient.bytes), "gateway": .bytes(gateway.key.bytes),
      "logKey": .bytes(gateway.logKey.bytes), "logName": .text(gateway.logName),
      "created": .int(created),
    ]).encoded()
  }
}
