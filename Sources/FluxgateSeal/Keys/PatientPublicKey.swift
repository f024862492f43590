/// The public half of a patient's keys, or of anybody's who is granted data: what to seal to, and
/// what consents are signed with.
public struct PatientPublicKey: Hashable, Sendable {
  /// A label for people. Nothing but the file's checksum covers it: the fingerprint is the identity.
  public let name: String
  /// The X-Wing public key: 1216 bytes.
  public let kem: [UInt8]
  public let signing: VerifyingKey

  /// Nil for a label that could mislead or a key of another form.
  public init?(name: String, kem: [UInt8], signing: VerifyingKey) {
    guard KeyName.isLabel(name), XWing.isPublicKey(kem) else { return nil }
    self.name = name
    self.kem = kem
    self.signing = signing
  }

  public var keyFingerprint: KeyFingerprint { KeyFingerprint(kem: kem, signing: signing) }

  /// Eight groups of four digits for people to compare.
  public var fingerprint: String { keyFingerprint.text }
}

extension PatientPublicKey {
  /// The file `fluxgate-patient-v1`, which may be shown to anybody.
  public var text: String {
    var text = KeyText(.patient)
    text.add("name", name)
    text.add("kem", kem)
    text.add("sign", signing.bytes)
    text.add("fingerprint", fingerprint)
    return text.finished()
  }

  public init(text: String) throws(KeyFileError) {
    var reader = try KeyTextReader(text, kind: .patient)
    let name = try reader.value("name") { KeyName.isLabel($0) ? $0 : nil }
    let kem = try reader.value("kem") {
      Base64.decode($0).flatMap { XWing.isPublicKey($0) ? $0 : nil }
    }
    let signing = try reader.value("sign") { Base64.decode($0).flatMap(VerifyingKey.init(bytes:)) }
    let fingerprint = KeyFingerprint(kem: kem, signing: signing)
    _ = try reader.value("fingerprint") { $0 == fingerprint.text ? $0 : nil }
    try reader.end()
    self.name = name
    self.kem = kem
    self.signing = signing
  }
}
