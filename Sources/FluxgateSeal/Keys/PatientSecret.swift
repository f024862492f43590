/// The root secret of a patient, or of anybody who is granted data, and the keys that come from it.
///
/// The root and the X-Wing seed stay in locked memory. Both forms of it, file and shares, are plain
/// text: keep them like a key to a house.
public struct PatientSecret: Sendable {
  public let publicKey: PatientPublicKey
  /// Signs consents and pairings.
  public let signing: SigningKey
  let agreementSeed: DataKey
  private let root: DataKey

  /// A fresh random secret. Nil for a label that could mislead.
  public init?(name: String) { self.init(name: name, root: DataKey()) }

  /// - Parameter root: 32 bytes, as shares give them back. Nil for another length or a bad label.
  public init?(name: String, root: [UInt8]) {
    guard let root = DataKey(bytes: root) else { return nil }
    self.init(name: name, root: root)
  }

  private init?(name: String, root: DataKey) {
    let agreementSeed = KeyDerivation.derive(from: root, info: "fluxgate/v1/kem")
    let signingSeed = KeyDerivation.derive(from: root, info: "fluxgate/v1/sign")
    let signing = SigningKey(seed: signingSeed)
    let kem = XWing.publicKey(seed: agreementSeed)
    guard let publicKey = PatientPublicKey(name: name, kem: kem, signing: signing.publicKey)
    else { return nil }
    self.root = root
    self.agreementSeed = agreementSeed
    self.signing = signing
    self.publicKey = publicKey
  }

  public var name: String { publicKey.name }
  public var fingerprint: String { publicKey.fingerprint }

  /// A copy of the root's 32 bytes, to be split into shares.
  public func copyRoot() -> [UInt8] { root.copyBytes() }
}

extension PatientSecret {
  /// The file `fluxgate-patient-secret-v1`: whoever has it reads everything. Mode 0600 at least.
  public var text: String {
    var text = KeyText(.patientSecret)
    text.add("name", name)
    text.add("root", copyRoot())
    text.add("fingerprint", fingerprint)
    return text.finished()
  }

  public init(text: String) throws(KeyFileError) {
    var reader = try KeyTextReader(text, kind: .patientSecret)
    let name = try reader.value("name") { KeyName.isLabel($0) ? $0 : nil }
    self = try reader.value("root") {
      Base64.decode($0).flatMap { PatientSecret(name: name, root: $0) }
    }
    let derived = fingerprint
    _ = try reader.value("fingerprint") { $0 == derived ? $0 : nil }
    try reader.end()
  }
}
