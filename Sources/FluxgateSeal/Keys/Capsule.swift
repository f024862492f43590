/// Data keys of one recording, sealed to one recipient and signed by who recorded.
///
/// Capsules lie beside the recording, never in it: a grant changes no recorded byte, and deleting
/// the capsules is erasure. A value of this type is what a capsule shows without a key.
public struct Capsule: Hashable, Sendable {
  static let domain = "fluxgate/v1/capsule"
  static let keyCountMax = 4096
  public static let byteCountMax = 1 << 20

  /// 16 bytes.
  public let recording: [UInt8]
  public let recipient: KeyFingerprint
  public let signer: VerifyingKey
  /// Rising by epoch, then category; never empty.
  public let entries: [CapsuleEntry]
  private let encapsulated: [UInt8]
  private let ciphertext: [UInt8]

  public var firstEpoch: UInt32 { entries.first?.epoch ?? 0 }
  public var lastEpoch: UInt32 { entries.last?.epoch ?? 0 }

  /// The capsule's bytes.
  ///
  /// - Parameters:
  ///   - keys: 1 to 4096, one for each category and epoch; none wiped.
  ///   - recording: 16 bytes.
  ///   - signer: the gateway's identity, or the patient's signing key for a later grant.
  public static func seal(
    keys: [CapsuleKey], recording: [UInt8], to recipient: PatientPublicKey,
    signedBy signer: SigningKey
  ) -> [UInt8] {
    precondition(recording.count == 16)
    let keys = keys.sorted { ($0.epoch, $0.category) < ($1.epoch, $1.category) }
    let entries = keys.map { CapsuleEntry($0, in: recording) }
    precondition(areListed(entries), "one key for each category and epoch, 4096 at most")
    let info = info(recording, entries, recipient.keyFingerprint)
    let sealed = CapsuleList.withEncoded(keys) { XWing.seal($0, to: recipient.kem, info: info) }
    let capsule = Capsule(
      recording: recording, recipient: recipient.keyFingerprint, signer: signer.publicKey,
      entries: entries, encapsulated: sealed.encapsulated, ciphertext: sealed.ciphertext)
    return SignedRecord(capsule.cbor, domain: domain, by: signer).encoded
  }

  /// The keys in a capsule of `recording` that `trusted` signed for the holder of `secret`.
  ///
  /// Every key is compared with the signed commitment; compare `inspect(bytes).entries` with those
  /// of the manifest.
  public static func open(
    _ bytes: [UInt8], with secret: PatientSecret, trusting trusted: VerifyingKey,
    recording: [UInt8]
  ) throws(SealError) -> [CapsuleKey] {
    let capsule = try inspect(bytes)
    guard capsule.signer == trusted else { throw .untrustedSigner }
    guard capsule.recording == recording else { throw .wrongPlace(.recording) }
    guard capsule.recipient == secret.publicKey.keyFingerprint else { throw .wrongRecipient }
    let keys = try capsule.keys(opening: secret.agreementSeed)
    for (key, entry) in zip(keys, capsule.entries) {
      guard CapsuleEntry(key, in: recording) == entry else {
        throw .wrongCommitment(category: entry.category, epoch: entry.epoch)
      }
    }
    return keys
  }

  /// What a capsule shows without a key, once its signature fits the signer it names. Whether to
  /// trust that signer is the caller's question.
  public static func inspect(_ bytes: [UInt8]) throws(SealError) -> Capsule {
    let record = try SignedRecord(bytes, byteCountMax: byteCountMax)
    var fields = try record.fields()
    let capsule = try Capsule(&fields)
    try record.check(domain: domain, by: capsule.signer)
    return capsule
  }

  private func keys(opening seed: DataKey) throws(SealError) -> [CapsuleKey] {
    // SAFETY: the lent bytes are decoded into keys and not kept beyond the closure.
    let keys = unsafe XWing.open(
      ciphertext, encapsulated: encapsulated, seed: seed,
      info: Self.info(recording, entries, recipient)
    ) { unsafe CapsuleList.decode($0, expecting: entries) }
    guard let keys else { throw .authentication }
    guard let keys else { throw .malformed("keys") }
    return keys
  }

  /// What the encapsulation is bound to; numbers little-endian.
  private static func info(
    _ recording: [UInt8], _ entries: [CapsuleEntry], _ recipient: KeyFingerprint
  ) -> [UInt8] {
    var info = separated(domain, recording)
    SealedHeader.put(UInt64(entries.first?.epoch ?? 0), 4, &info)
    SealedHeader.put(UInt64(entries.last?.epoch ?? 0), 4, &info)
    return info + recipient.bytes
  }

  private static func areListed(_ entries: [CapsuleEntry]) -> Bool {
    1...keyCountMax ~= entries.count
      && zip(entries, entries.dropFirst()).allSatisfy { $0.precedes($1) }
  }
}

extension Capsule {
  private init(_ fields: inout RecordFields) throws(SealError) {
    let recording = try fields.bytes("recording", count: 16)
    let recipient = try fields.fingerprint("recipient")
    let signer = try fields.verifyingKey("signer")
    guard let items = try fields.take("keys").arrayValue else { throw .malformed("keys") }
    let entries = items.compactMap(CapsuleEntry.init)
    guard entries.count == items.count, Self.areListed(entries) else { throw .malformed("keys") }
    let encapsulated = try fields.bytes("encapsulated", count: XWing.encapsulatedLength)
    let ciphertext = try fields.bytes("ciphertext")
    try fields.end()
    self.init(
      recording: recording, recipient: recipient, signer: signer, entries: entries,
      encapsulated: encapsulated, ciphertext: ciphertext)
  }

  private var cbor: CBOR {
    .record([
      "v": .unsigned(1), "recording": .bytes(recording), "recipient": .bytes(recipient.bytes),
      "signer": .bytes(signer.bytes), "keys": .array(entries.map(\.cbor)),
      "encapsulated": .bytes(encapsulated), "ciphertext": .bytes(ciphertext),
    ])
  }
}

extension CapsuleEntry {
  fileprivate init(_ key: CapsuleKey, in recording: [UInt8]) {
    self.init(
      category: key.category, epoch: key.epoch,
      commitment: KeyCommitment.of(
        key.key, recording: recording, category: key.category, epoch: key.epoch))
  }
}
