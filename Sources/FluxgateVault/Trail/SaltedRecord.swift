internal import FluxgateLedger
public import FluxgateSeal

/// A record with the salt that hides it in the ledger: whoever has both can show what an entry says.
public struct SaltedRecord: Hashable, Sendable {
  static let purpose = "fluxgate/v1/trail"
  /// The sealed form is padded to a multiple of this, so that its size tells nothing of the record.
  static let paddedTo = 512
  static let sealedByteCountMax = 1 << 14

  public let record: TrailRecord
  /// 32 bytes.
  public let salt: [UInt8]
  /// What the ledger holds: 32 bytes.
  public let entry: [UInt8]

  init(_ record: TrailRecord) {
    guard let salted = SaltedRecord(record, salt: RandomBytes.make(LedgerEntry.saltByteCount))
    else { fatalError("32 bytes are a salt") }
    self = salted
  }

  /// Nil unless the salt has 32 bytes.
  public init?(_ record: TrailRecord, salt: [UInt8]) {
    guard let entry = try? LedgerEntry.trail(salt: salt, record: record.bytes) else { return nil }
    self.record = record
    self.salt = salt
    self.entry = entry
  }

  /// The object `trail/<entry>`.
  func sealed(to patient: PatientPublicKey) -> [UInt8] {
    let record = record.bytes
    let content = CBOR.array([.bytes(salt), .bytes(record)]).encoded()
    var plain = (0..<4).map { UInt8(truncatingIfNeeded: content.count >> (8 * $0)) } + content
    let excess = plain.count % Self.paddedTo
    if excess > 0 { plain += [UInt8](repeating: 0, count: Self.paddedTo - excess) }
    return PatientBox.seal(plain, to: patient, purpose: Self.purpose)
  }

  /// The record in a sealed object; whether it is the ledger's is for the caller, by `entry`.
  public init?(opening sealed: [UInt8], with secret: PatientSecret) {
    guard let plain = try? PatientBox.open(sealed, with: secret, purpose: Self.purpose),
      plain.count >= 4
    else { return nil }
    let count = plain.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    let content = plain.dropFirst(4).prefix(count)
    guard content.count == count, plain.dropFirst(4 + count).allSatisfy({ $0 == 0 }),
      let parts = (try? CBOR.decode([UInt8](content)))?.arrayValue, parts.count == 2,
      let salt = parts[0].bytesValue, let record = parts[1].bytesValue.flatMap(TrailRecord.init)
    else { return nil }
    self.init(record, salt: salt)
  }
}
