internal import Crypto
internal import Foundation

/// The patient's root secret: 32 bytes from which both of the patient's keys come.
///
/// Sealing key: X-Wing (ML-KEM-768 with X25519) from the seed HKDF-SHA256(root, "fluxgate/v1/kem").
/// Signing key: Ed25519 from the seed HKDF-SHA256(root, "fluxgate/v1/sign").
public struct PatientSecret: Sendable {
  public static let fileKind = "fluxgate-patient-secret-v1"
  private let root: SymmetricKey
  let kem: XWingMLKEM768X25519.PrivateKey
  public let signing: SigningKey
  /// The name that the patient gave the key; never leaves the patient's own files and the screen of
  /// the gateway that was paired.
  public let label: String

  /// A fresh secret.
  public init(label: String) {
    self.init(root: SymmetricKey(size: .bits256), label: label)
  }

  /// - Parameter root: 32 bytes; nil for any other length.
  public init?(root: [UInt8], label: String) {
    guard root.count == 32 else { return nil }
    self.init(root: SymmetricKey(data: root), label: label)
  }

  private init(root: SymmetricKey, label: String) {
    self.root = root
    self.label = label
    let kemSeed = Self.derive(root, "fluxgate/v1/kem")
    guard
      let kem = try? XWingMLKEM768X25519.PrivateKey(seedRepresentation: kemSeed, publicKey: nil),
      let signing = SigningKey(seed: Self.derive(root, "fluxgate/v1/sign"))
    else { fatalError("a seed of 32 bytes is always a key") }
    self.kem = kem
    self.signing = signing
  }

  public var publicKey: PatientPublicKey {
    PatientPublicKey(kem: kem.publicKey, signing: signing.publicKey, label: label)
  }

  public func fileText() -> String {
    var file = KeyFile(kind: Self.fileKind)
    file.add("label", label)
    file.add("root", Self.bytes(root))
    return file.text()
  }

  public init(fileText: String) throws(KeyFileError) {
    let file = try KeyFile(fileText, kind: Self.fileKind)
    let root = try file.bytes("root", count: 32)
    self.init(root: SymmetricKey(data: root), label: try file.string("label"))
  }

  private static func derive(_ root: SymmetricKey, _ info: String) -> [UInt8] {
    let key = HKDF<Crypto.SHA256>.deriveKey(
      inputKeyMaterial: root, info: Data(info.utf8), outputByteCount: 32)
    return bytes(key)
  }

  private static func bytes(_ key: SymmetricKey) -> [UInt8] {
    // SAFETY: the bytes are copied while swift-crypto lends them.
    unsafe key.withUnsafeBytes { bytes in unsafe [UInt8](bytes) }
  }
}

/// What a gateway knows of the patient: the public half.
public struct PatientPublicKey: Sendable {
  public static let fileKind = "fluxgate-patient-v1"
  let kem: XWingMLKEM768X25519.PublicKey
  public let signing: VerifyingKey
  public let label: String

  init(kem: XWingMLKEM768X25519.PublicKey, signing: VerifyingKey, label: String) {
    self.kem = kem
    self.signing = signing
    self.label = label
  }

  public var fingerprint: Fingerprint {
    Fingerprint(domain: "fluxgate/v1/patient", [UInt8](kem.rawRepresentation) + signing.bytes)
  }

  public func fileText() -> String {
    var file = KeyFile(kind: Self.fileKind)
    file.add("label", label)
    file.add("kem", [UInt8](kem.rawRepresentation))
    file.add("sign", signing.bytes)
    return file.text()
  }

  public init(fileText: String) throws(KeyFileError) {
    let file = try KeyFile(fileText, kind: Self.fileKind)
    let raw = try file.bytes("kem", count: 1216)
    guard let kem = try? XWingMLKEM768X25519.PublicKey(rawRepresentation: raw) else {
      throw .missing(field: "kem")
    }
    guard let signing = VerifyingKey(bytes: try file.bytes("sign", count: 32)) else {
      throw .missing(field: "sign")
    }
    self.init(kem: kem, signing: signing, label: try file.string("label"))
  }
}
