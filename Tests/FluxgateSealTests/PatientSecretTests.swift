import Testing

@testable import FluxgateSeal

@Suite struct PatientSecretTests {
  @Test func `keys come from the root as another implementation derives them`() throws {
    let secret = try #require(PatientSecret(name: "Sample", root: [UInt8](0..<32)))
    // Python: HKDF-SHA256 without salt, info "fluxgate/v1/kem" and "fluxgate/v1/sign".
    let seed = hex("593dd1321ac612bb40f4bf70cd70110764658f00ec5e3dc551c1a12b79dadd74")
    #expect(secret.agreementSeed.copyBytes() == seed)
    #expect(
      secret.publicKey.signing.bytes
        == hex("22049fb7f5a9b8056d972f2d2b8219277ee952e48ec905f8835995f9800aba65"))
  }

  @Test func `the secret file brings back the same keys`() throws {
    let secret = try #require(PatientSecret(name: "Sample α"))
    let back = try PatientSecret(text: secret.text)
    #expect(back.publicKey == secret.publicKey && back.copyRoot() == secret.copyRoot())
    #expect(secret.text.hasPrefix("fluxgate-patient-secret-v1\nname Sample α\nroot "))
  }

  @Test func `the public file brings back the public key and holds no secret`() throws {
    let secret = try #require(PatientSecret(name: "Sample"))
    let text = secret.publicKey.text
    #expect(try PatientPublicKey(text: text) == secret.publicKey)
    #expect(!text.contains("root"))
    #expect(!text.contains(Base64.encode(secret.copyRoot())))
  }

  @Test func `the fingerprint covers both keys and not the label`() throws {
    let one = try #require(PatientSecret(name: "One", root: [UInt8](0..<32))).publicKey
    let two = try #require(PatientSecret(name: "Two", root: [UInt8](0..<32))).publicKey
    let other = try #require(PatientSecret(name: "One")).publicKey
    #expect(one.fingerprint == two.fingerprint)
    let mixed = [
      PatientPublicKey(name: "One", kem: other.kem, signing: one.signing),
      PatientPublicKey(name: "One", kem: one.kem, signing: other.signing),
    ]
    #expect(mixed.allSatisfy { $0 != nil && $0?.fingerprint != one.fingerprint })
    #expect(PatientPublicKey(name: "One", kem: [1, 2, 3], signing: one.signing) == nil)
  }
}
