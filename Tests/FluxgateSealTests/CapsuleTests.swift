import Testing

@testable import FluxgateSeal

@Suite struct CapsuleTests {
  private let recording = [UInt8](16..<32)
  private let patient: PatientSecret
  private let gateway = SigningKey()
  private let keys: [CapsuleKey]
  private let capsule: [UInt8]

  init() throws {
    patient = try #require(PatientSecret(name: "Sample"))
    keys = [(2, 70_000), (1, 7), (300, 7), (5, 300)].map {
      CapsuleKey(category: $0.0, epoch: $0.1, key: DataKey())
    }
    capsule = Capsule.seal(
      keys: keys, recording: recording, to: patient.publicKey, signedBy: gateway)
  }

  private func open(_ bytes: [UInt8]) throws(SealError) -> [CapsuleKey] {
    try Capsule.open(bytes, with: patient, trusting: gateway.publicKey, recording: recording)
  }

  @Test func `the recipient gets every key back, in order of epoch and category`() throws {
    let opened = try open(capsule)
    #expect(opened.map(\.epoch) == [7, 7, 300, 70_000])
    #expect(opened.map(\.category) == [1, 300, 5, 2])
    for key in opened {
      let sealed = keys.first { $0.category == key.category && $0.epoch == key.epoch }
      #expect(sealed?.key.copyBytes() == key.key.copyBytes())
    }
  }

  @Test func `without a key a capsule shows its recipient, signer and commitments`() throws {
    let shown = try Capsule.inspect(capsule)
    #expect(shown.recipient.text == patient.fingerprint && shown.signer == gateway.publicKey)
    #expect(shown.firstEpoch == 7 && shown.lastEpoch == 70_000 && shown.recording == recording)
    #expect(
      shown.entries[0].commitment
        == KeyCommitment.of(keys[1].key, recording: recording, category: 1, epoch: 7))
  }

  @Test func `a stranger opens a capsule by the documented bytes alone`() throws {
    let body = try CBOR.decode(#require(try CBOR.decode(capsule).arrayValue?[0].bytesValue))
    let epochs: [UInt8] = [7, 0, 0, 0, 0x70, 0x11, 1, 0]
    let info =
      Array("fluxgate/v1/capsule\0".utf8) + recording + epochs
      + patient.publicKey.keyFingerprint.bytes
    let plaintext = XWing.open(
      try #require(body["ciphertext"]?.bytesValue),
      encapsulated: try #require(body["encapsulated"]?.bytesValue), seed: patient.agreementSeed,
      info: info
    ) { Array($0) }
    let list = try CBOR.decode(#require(plaintext))
    #expect(list.arrayValue?.count == 4)
    #expect(
      list.arrayValue?[3]
        == .array([2, 70_000].map(CBOR.unsigned) + [.bytes(keys[0].key.copyBytes())]))
  }

  @Test func `no key is readable in a capsule`() {
    for key in keys {
      let bytes = key.key.copyBytes()
      #expect(!capsule.indices.contains { capsule[$0...].starts(with: bytes) })
    }
  }

  @Test func `another signer, recording or recipient is refused by its name`() throws {
    #expect(throws: SealError.untrustedSigner) {
      try Capsule.open(
        capsule, with: patient, trusting: SigningKey().publicKey, recording: recording)
    }
    #expect(throws: SealError.wrongPlace(.recording)) {
      try Capsule.open(
        capsule, with: patient, trusting: gateway.publicKey, recording: recording.reversed())
    }
    let other = try #require(PatientSecret(name: "Sample"))
    #expect(throws: SealError.wrongRecipient) {
      try Capsule.open(capsule, with: other, trusting: gateway.publicKey, recording: recording)
    }
  }

  @Test func `every flipped byte and every cut is refused`() {
    for place in capsule.indices {
      var bad = capsule
      bad[place] ^= 0x10
      #expect(throws: SealError.self) { try Capsule.inspect(bad) }
      #expect(throws: SealError.self) { try open(Array(capsule.prefix(place))) }
    }
    #expect(throws: SealError.self) { try open(capsule + [0]) }
  }

  @Test(arguments: ["recording", "recipient", "keys"])
  func `what the encapsulation binds cannot be signed anew`(field: String) throws {
    let forged = try resigned(field) { value in
      switch field {
      case "recording": .bytes([UInt8](repeating: 1, count: 16))
      case "recipient": .bytes([UInt8](repeating: 2, count: 16))
      default: .array(Array((value.arrayValue ?? []).dropLast()))
      }
    }
    #expect(throws: SealError.self) { try open(forged) }
    #expect(try Capsule.inspect(forged).signer == gateway.publicKey)
  }

  @Test func `a key of another commitment is refused with its place`() throws {
    let forged = try resigned("keys") { value in
      var entries = value.arrayValue ?? []
      let wrong = CapsuleEntry(
        category: 300, epoch: 7, commitment: [UInt8](repeating: 0, count: 16))
      entries[1] = wrong.cbor
      return .array(entries)
    }
    #expect(throws: SealError.wrongCommitment(category: 300, epoch: 7)) { try open(forged) }
  }

  @Test func `entries out of order, doubled or missing are refused`() throws {
    for change in [{ $0.reversed() }, { $0 + $0 }, { _ in [] }] as [([CBOR]) -> [CBOR]] {
      let forged = try resigned("keys") { .array(change($0.arrayValue ?? [])) }
      #expect(throws: SealError.malformed("keys")) { try Capsule.inspect(forged) }
    }
  }

  @Test func `a capsule of a thousand keys stays small and opens`() throws {
    let many = (0..<1000).map {
      CapsuleKey(category: UInt16($0 % 5), epoch: UInt32($0 / 5), key: DataKey())
    }
    let bytes = Capsule.seal(
      keys: many, recording: recording, to: patient.publicKey, signedBy: gateway)
    #expect(bytes.count < 1000 * 70 + 1500)
    #expect(try open(bytes).count == 1000)
  }

  /// The capsule with one field replaced, signed again by the gateway's own key.
  private func resigned(_ field: String, _ change: (CBOR) -> CBOR) throws -> [UInt8] {
    let body = try #require(try CBOR.decode(capsule).arrayValue?[0].bytesValue)
    let pairs = try #require(try CBOR.decode(body).mapValue).map { pair in
      pair.key == .text(field) ? CBORPair(key: pair.key, value: change(pair.value)) : pair
    }
    return SignedRecord(.map(pairs), domain: Capsule.domain, by: gateway).encoded
  }
}
