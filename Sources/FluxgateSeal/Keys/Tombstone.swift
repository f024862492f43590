/// A patient's signed word that data is to be erased (DocC page ``Erasure``).
///
/// It carries the patient's public keys, so that a gateway, a vault and a stranger can check it
/// against the fingerprint in a recording's pairing without any other file.
public struct Tombstone: Hashable, Sendable {
  static let domain = "fluxgate/v1/tombstone"
  public static let byteCountMax = 1 << 20
  static let rangeCountMax = 4096

  /// 16 random bytes.
  public let id: [UInt8]
  public let patient: KeyFingerprint
  /// UTC seconds since 1970, by the clock of the patient's machine.
  public let created: Int64
  public let scope: ErasureScope
  private let kem: [UInt8]
  /// The patient's, which signs capsules of keys that stay.
  public let signing: VerifyingKey

  /// - Parameter scope: a sound one (``ErasureScope/isSound``); another is a mistake in the program.
  public init(of scope: ErasureScope, patient: PatientPublicKey, created: Int64) {
    precondition(scope.isSound && created >= 0, "a scope that can be written")
    self.init(
      id: RandomBytes.make(16), patient: patient.keyFingerprint, created: created, scope: scope,
      kem: patient.kem, signing: patient.signing)
  }

  private init(
    id: [UInt8], patient: KeyFingerprint, created: Int64, scope: ErasureScope, kem: [UInt8],
    signing: VerifyingKey
  ) {
    self.id = id
    self.patient = patient
    self.created = created
    self.scope = scope
    self.kem = kem
    self.signing = signing
  }

  /// 32 lower-case hexadecimal digits.
  public var text: String { Hexadecimal.encode(id) }

  /// The file: record and signature.
  /// - Parameter secret: of the patient named here; another one is a mistake in the program.
  public func signed(by secret: PatientSecret) -> [UInt8] {
    precondition(secret.publicKey.keyFingerprint == patient, "a patient erases their own data")
    return SignedRecord(cbor, domain: Self.domain, by: secret.signing).encoded
  }

  /// The tombstone in `file`, once it is seen to be signed by the keys whose fingerprint it names.
  ///
  /// Whether that patient may erase a recording is told by the recording's pairing.
  public static func open(_ file: [UInt8]) throws(SealError) -> Tombstone {
    let record = try SignedRecord(file, byteCountMax: byteCountMax)
    var fields = try record.fields()
    let tombstone = try Tombstone(&fields)
    try record.check(domain: domain, by: tombstone.signing)
    return tombstone
  }

  /// The same, for one patient's data only.
  public static func open(
    _ file: [UInt8], of patient: KeyFingerprint
  ) throws(SealError) -> Tombstone {
    let tombstone = try open(file)
    guard tombstone.patient == patient else { throw .wrongRecipient }
    return tombstone
  }
}

extension Tombstone {
  private init(_ fields: inout RecordFields) throws(SealError) {
    let id = try fields.bytes("id", count: 16)
    let patient = try fields.fingerprint("patient")
    let kem = try fields.bytes("kem")
    let signing = try fields.verifyingKey("sign")
    guard XWing.isPublicKey(kem) else { throw .malformed("kem") }
    guard KeyFingerprint(kem: kem, signing: signing) == patient else { throw .malformed("patient") }
    let created = try fields.number("created", as: Int64.self)
    let scope = try ErasureScope(&fields)
    try fields.end()
    self.init(
      id: id, patient: patient, created: created, scope: scope, kem: kem, signing: signing)
  }

  private var cbor: CBOR {
    .map(
      CBOR.record([
        "v": .unsigned(1), "id": .bytes(id), "patient": .bytes(patient.bytes), "kem": .bytes(kem),
        "sign": .bytes(signing.bytes), "created": .int(created),
      ]).pairs + scope.cbor.pairs)
  }
}

extension CBOR {
  fileprivate var pairs: [CBORPair] { mapValue ?? [] }
}
