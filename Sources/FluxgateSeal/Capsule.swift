internal import Crypto
internal import Foundation

/// A data key and what it opens.
public struct EpochKey: Sendable {
  public let category: UInt16
  public let epoch: UInt32
  public let key: DataKey

  public init(category: UInt16, epoch: UInt32, key: DataKey) {
    self.category = category
    self.epoch = epoch
    self.key = key
  }
}

/// Data keys of one recording, sealed to one recipient and signed by the gateway.
///
/// HPKE base mode (RFC 9180) with X-Wing, HKDF-SHA256 and AES-256-GCM. Base mode does not say who
/// sealed: the gateway's signature over the whole does.
public struct Capsule: Sendable {
  static let domain = "fluxgate/v1/capsule"
  private static let suite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256

  public let recording: [UInt8]
  public let firstEpoch: UInt32
  public let lastEpoch: UInt32
  public let recipient: Fingerprint
  public let gateway: VerifyingKey
  private let encapsulated: [UInt8]
  private let ciphertext: [UInt8]

  /// - Parameter keys: at least one; all of one recording.
  /// - Returns: the capsule's bytes.
  public static func seal(
    _ keys: [EpochKey], recording: [UInt8], to recipient: PatientPublicKey,
    signedBy gateway: SigningKey
  ) throws(SealError) -> [UInt8] {
    let epochs = keys.map(\.epoch)
    guard let first = epochs.min(), let last = epochs.max() else { throw .malformed("no keys") }
    let info = info(recording, first, last, recipient.fingerprint)
    let list = CBOR.array(
      keys.map {
        .array([
          .unsigned(UInt64($0.category)), .unsigned(UInt64($0.epoch)), .bytes($0.key.copyBytes()),
        ])
      }
    ).encoded()
    guard
      var sender = try? HPKE.Sender(
        recipientKey: recipient.kem, ciphersuite: suite, info: Data(info)),
      let ciphertext = try? sender.seal(Data(list))
    else { throw .malformed("recipient key") }
    let body = CBOR.record([
      "v": .unsigned(1), "recording": .bytes(recording), "first": .unsigned(UInt64(first)),
      "last": .unsigned(UInt64(last)), "recipient": .bytes(recipient.fingerprint.bytes),
      "gateway": .bytes(gateway.publicKey.bytes),
      "encapsulated": .bytes([UInt8](sender.encapsulatedKey)),
      "ciphertext": .bytes([UInt8](ciphertext)),
    ]).encoded()
    return CBOR.array([.bytes(body), .bytes(gateway.sign(body, domain: domain))]).encoded()
  }

  /// Reads a capsule and checks that `gateway` signed it. Needs no secret.
  public init(_ encoded: [UInt8], from gateway: VerifyingKey) throws(SealError) {
    guard let parts = (try? CBOR.decode(encoded))?.arrayValue, parts.count == 2,
      let bytes = parts[0].bytesValue, let signature = parts[1].bytesValue
    else { throw .malformed("capsule") }
    guard gateway.verifies(signature, over: bytes, domain: Self.domain) else {
      throw .badSignature
    }
    guard let body = try? CBOR.decode(bytes), body.mapValue?.count == 8, body["v"]?.uint == 1,
      let recording = body["recording"]?.bytesValue, recording.count == 16,
      let first = body["first"]?.uint.flatMap(UInt32.init(exactly:)),
      let last = body["last"]?.uint.flatMap(UInt32.init(exactly:)), first <= last,
      let recipient = body["recipient"]?.bytesValue.flatMap(Fingerprint.init(bytes:)),
      body["gateway"]?.bytesValue == gateway.bytes,
      let encapsulated = body["encapsulated"]?.bytesValue,
      let ciphertext = body["ciphertext"]?.bytesValue
    else { throw .malformed("capsule") }
    self.recording = recording
    firstEpoch = first
    lastEpoch = last
    self.recipient = recipient
    self.gateway = gateway
    self.encapsulated = encapsulated
    self.ciphertext = ciphertext
  }

  /// The keys, for the recipient only.
  public func open(with secret: PatientSecret) throws(SealError) -> [EpochKey] {
    guard secret.publicKey.fingerprint == recipient else { throw .wrongRecipient }
    let info = Self.info(recording, firstEpoch, lastEpoch, recipient)
    guard
      var opener = try? HPKE.Recipient(
        privateKey: secret.kem, ciphersuite: Self.suite, info: Data(info),
        encapsulatedKey: Data(encapsulated)),
      let plaintext = try? opener.open(Data(ciphertext)),
      let list = (try? CBOR.decode([UInt8](plaintext)))?.arrayValue
    else { throw .authentication }
    return try list.map { (entry) throws(SealError) in try key(entry) }
  }

  private func key(_ entry: CBOR) throws(SealError) -> EpochKey {
    guard let parts = entry.arrayValue, parts.count == 3,
      let category = parts[0].uint.flatMap(UInt16.init(exactly:)),
      let epoch = parts[1].uint.flatMap(UInt32.init(exactly:)),
      epoch >= firstEpoch, epoch <= lastEpoch,
      let key = parts[2].bytesValue.flatMap(DataKey.init(bytes:))
    else { throw .malformed("capsule keys") }
    return EpochKey(category: category, epoch: epoch, key: key)
  }

  private static func info(
    _ recording: [UInt8], _ first: UInt32, _ last: UInt32, _ recipient: Fingerprint
  ) -> [UInt8] {
    var info = [UInt8](domain.utf8) + [0] + recording
    SealedHeader.put(UInt64(first), 4, &info)
    SealedHeader.put(UInt64(last), 4, &info)
    return info + recipient.bytes
  }
}

/// Ties a data key to the signed manifest: AES-GCM alone lets one ciphertext open under two keys.
public enum KeyCommitment {
  /// The first 16 bytes of HMAC-SHA256(key, "fluxgate/v1/commit" recording category epoch), the
  /// numbers little-endian (u16, u32).
  public static func of(
    _ key: DataKey, recording: [UInt8], category: UInt16, epoch: UInt32
  ) -> [UInt8] {
    var message = [UInt8]("fluxgate/v1/commit".utf8) + recording
    SealedHeader.put(UInt64(category), 2, &message)
    SealedHeader.put(UInt64(epoch), 4, &message)
    let code = HMAC<Crypto.SHA256>.authenticationCode(
      for: message, using: SymmetricKey(data: key.copyBytes()))
    return [UInt8](code.prefix(16))
  }
}
