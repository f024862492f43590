/// A message that only one person's secret opens: HPKE base mode to their X-Wing key.
///
/// The form is the encapsulation (1120 bytes), then the ciphertext with its tag. The context binds it
/// to its purpose and to the recipient. Nothing in it says who sealed it: whoever opens one compares
/// what is inside with something signed or committed to elsewhere.
public enum PatientBox {
  /// - Parameter purpose: a domain such as `fluxgate/v1/trail`, without a zero byte.
  public static func seal(
    _ bytes: [UInt8], to recipient: PatientPublicKey, purpose: String
  ) -> [UInt8] {
    let sealed = XWing.seal(
      bytes, to: recipient.kem, info: info(purpose, recipient.keyFingerprint))
    return sealed.encapsulated + sealed.ciphertext
  }

  /// The bytes that were sealed for `secret` and for this purpose.
  public static func open(
    _ box: [UInt8], with secret: PatientSecret, purpose: String
  ) throws(SealError) -> [UInt8] {
    guard box.count >= XWing.encapsulatedLength + XWing.tagLength else {
      throw .truncated(length: box.count)
    }
    // SAFETY: the lent bytes are copied and not kept beyond the closure.
    let opened = unsafe XWing.open(
      [UInt8](box.dropFirst(XWing.encapsulatedLength)),
      encapsulated: [UInt8](box.prefix(XWing.encapsulatedLength)), seed: secret.agreementSeed,
      info: info(purpose, secret.publicKey.keyFingerprint)
    ) { unsafe [UInt8]($0) }
    guard let opened else { throw .authentication }
    return opened
  }

  private static func info(_ purpose: String, _ recipient: KeyFingerprint) -> [UInt8] {
    separated(purpose, recipient.bytes)
  }
}
