import FluxgateConsent
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

@Suite struct TrailRecordTests {
  private static func full() throws -> TrailRecord {
    let secret = try required(PatientSecret(name: "someone"))
    var record = TrailRecord(.released, at: 1_780_272_000, by: secret.publicKey.keyFingerprint)
    record.consent = .random()
    record.recording = [UInt8](repeating: 7, count: 16)
    record.categories = [3, 1]
    record.window = TimeWindow(from: 1, until: 2)
    record.purpose = "TREAT"
    record.action = .read
    record.identity = .identified
    record.objects = [UInt8](repeating: 9, count: 32)
    return record
  }

  @Test func `a record reads back as it was written`() throws {
    let full = try Self.full()
    #expect(TrailRecord(full.bytes) == full)
    let bare = TrailRecord(.refused, at: -1, by: full.actor)
    #expect(TrailRecord(bare.bytes) == bare)
  }

  @Test(arguments: [
    ("v", CBOR.unsigned(2)), ("kind", .text("read")), ("kind", .null), ("at", .text("now")),
    ("actor", .bytes([1])), ("actor", .null), ("consent", .bytes([1, 2])),
    ("recording", .bytes([1])), ("categories", .array([.unsigned(3), .unsigned(1)])),
    ("categories", .array([.unsigned(1), .unsigned(1)])),
    ("categories", .array([.unsigned(70_000)])), ("categories", .null),
    ("from", .text("")), ("purpose", .unsigned(1)), ("action", .text("sell")),
    ("identity", .unsigned(3)), ("reason", .bytes([])), ("objects", .bytes([1])),
    ("extra", .null),
  ])
  func `any other form is refused`(field: String, value: CBOR) throws {
    var pairs = try required(try CBOR.decode(try Self.full().bytes).mapValue)
    pairs.removeAll { $0.key == .text(field) }
    let without = CBOR.map(pairs).encoded()
    if field != "extra" { #expect(TrailRecord(without) == nil) }
    pairs.append(CBORPair(key: .text(field), value: value))
    #expect(TrailRecord(CBOR.map(pairs).encoded()) == nil)
  }

  @Test func `only its patient opens the sealed form, and only unchanged`() throws {
    let patient = try required(PatientSecret(name: "someone"))
    let other = try required(PatientSecret(name: "someone else"))
    let salted = SaltedRecord(try Self.full())
    let sealed = salted.sealed(to: patient.publicKey)
    #expect(SaltedRecord(opening: sealed, with: patient) == salted)
    #expect(SaltedRecord(opening: sealed, with: other) == nil)
    for offset in [0, 1119, 1120, sealed.count - 1] {
      var changed = sealed
      changed[offset] ^= 1
      #expect(SaltedRecord(opening: changed, with: patient) == nil)
    }
    #expect(SaltedRecord(opening: Array(sealed.dropLast()), with: patient) == nil)
    #expect(SaltedRecord(opening: [], with: patient) == nil)
  }

  @Test func `a box for another purpose does not open`() throws {
    let patient = try required(PatientSecret(name: "someone"))
    let box = PatientBox.seal([1, 2, 3], to: patient.publicKey, purpose: "fluxgate/v1/other")
    #expect(try PatientBox.open(box, with: patient, purpose: "fluxgate/v1/other") == [1, 2, 3])
    #expect(throws: SealError.authentication) {
      try PatientBox.open(box, with: patient, purpose: SaltedRecord.purpose)
    }
  }
}

/// Records by a second, independent writer: `fixtures/vault/make_trail_records.py`.
@Suite struct TrailVectorTests {
  private struct Vectors: Decodable {
    struct Good: Decodable {
      let name, kind, record, salt, entry: String
      let at: Int64
    }

    struct Bad: Decodable {
      let name, record: String
    }

    let good: [Good]
    let bad: [Bad]
  }

  private func vectors() throws -> Vectors {
    var place = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    for _ in 0..<3 { place.deleteLastPathComponent() }
    place.appendPathComponent("fixtures/vault/trail_records.json")
    return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: place))
  }

  private func bytes(_ digits: String) -> [UInt8] {
    let values = digits.compactMap(\.hexDigitValue)
    return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
  }

  @Test func `good records are read, written again and lead to their entries`() throws {
    for vector in try vectors().good {
      let record = try #require(TrailRecord(bytes(vector.record)), "\(vector.name)")
      #expect(record.kind.rawValue == vector.kind)
      #expect(record.at == vector.at)
      #expect(hexadecimal(record.bytes) == vector.record)
      let salted = try #require(SaltedRecord(record, salt: bytes(vector.salt)))
      #expect(hexadecimal(salted.entry) == vector.entry, "\(vector.name)")
    }
  }

  @Test func `bad records are refused`() throws {
    let bad = try vectors().bad
    #expect(bad.count > 30)
    for vector in bad { #expect(TrailRecord(bytes(vector.record)) == nil, "\(vector.name)") }
  }
}
