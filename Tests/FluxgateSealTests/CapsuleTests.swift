import Testing

@testable import FluxgateSeal

@Suite struct CapsuleTests {
  let patient = PatientSecret(label: "study-017")
  let gateway = GatewayIdentity(logName: "gateway.example/log")
  let recording = [UInt8](repeating: 9, count: 16)

  func capsule(_ keys: [EpochKey]) throws -> [UInt8] {
    try Capsule.seal(
      keys, recording: recording, to: patient.publicKey, signedBy: gateway.identity)
  }

  @Test func `the recipient gets the keys back, and nobody else`() throws {
    let keys = [
      EpochKey(category: 1, epoch: 4, key: DataKey()), EpochKey(category: 2, epoch: 4, key: DataKey()),
    ]
    let bytes = try capsule(keys)
    let opened = try Capsule(bytes, from: gateway.publicKey).open(with: patient)
    #expect(opened.map(\.category) == [1, 2])
    for (mine, theirs) in zip(keys, opened) {
      #expect(
        KeyCommitment.of(mine.key, recording: recording, category: mine.category, epoch: 4)
          == KeyCommitment.of(theirs.key, recording: recording, category: mine.category, epoch: 4))
    }
    #expect(throws: SealError.wrongRecipient) {
      _ = try Capsule(bytes, from: gateway.publicKey).open(with: PatientSecret(label: "other"))
    }
  }

  @Test func `a capsule of another gateway and every flipped byte are refused`() throws {
    let bytes = try capsule([EpochKey(category: 1, epoch: 0, key: DataKey())])
    #expect(throws: SealError.badSignature) { _ = try Capsule(bytes, from: SigningKey().publicKey) }
    for place in stride(from: 0, to: bytes.count, by: 7) {
      var bad = bytes
      bad[place] ^= 0x10
      #expect(throws: SealError.self) { _ = try Capsule(bad, from: gateway.publicKey) }
    }
  }

  @Test func `keys survive their text form, and a changed digit is noticed`() throws {
    let text = patient.fileText()
    let back = try PatientSecret(fileText: text)
    #expect(back.publicKey.fingerprint == patient.publicKey.fingerprint)
    let publicText = patient.publicKey.fileText()
    #expect(try PatientPublicKey(fileText: publicText).fingerprint == back.publicKey.fingerprint)
    #expect(throws: KeyFileError.checksum) {
      _ = try PatientSecret(fileText: text.replacing("root: ", with: "root: 0"))
    }
    #expect(throws: KeyFileError.self) { _ = try PatientSecret(fileText: publicText) }
    #expect(throws: KeyFileError.self) { _ = try PatientSecret(fileText: "") }
    #expect(try GatewayIdentity(fileText: gateway.fileText()).card == gateway.card)
    #expect(try GatewayCard(fileText: gateway.card.fileText()) == gateway.card)
  }

  @Test func `a pairing holds only under the patient's key`() throws {
    let pairing = Pairing(gateway.card, by: patient, created: 1_700_000_000)
    #expect(try Pairing(pairing.encoded, by: patient.publicKey) == pairing)
    #expect(throws: SealError.wrongRecipient) {
      _ = try Pairing(pairing.encoded, by: PatientSecret(label: "x").publicKey)
    }
    for place in 0..<pairing.encoded.count {
      var bad = pairing.encoded
      bad[place] ^= 1
      #expect(throws: SealError.self) { _ = try Pairing(bad, by: patient.publicKey) }
    }
  }
}
