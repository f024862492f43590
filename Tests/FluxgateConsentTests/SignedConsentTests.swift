import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateConsent

@Suite struct SignedConsentTests {
  struct Vectors: Decodable {
    struct Person: Decodable { let kem, sign, fingerprint: String }
    struct Record: Decodable {
      let name: String
      let record: Data
      let refusal: String?
    }
    let people: [String: Person]
    let records: [Record]
  }

  private let cast = Cast()

  @Test func `a stranger's records are taken or refused as the vectors say`() throws {
    let vectors = try SharedFixtures.json(Vectors.self, SharedFixtures.records)
    let keys = try vectors.people.mapValues { try #require(VerifyingKey(bytes: hex($0.sign))) }
    let names = Dictionary(
      uniqueKeysWithValues: vectors.people.map { ($0.value.fingerprint, $0.key) })
    for vector in vectors.records {
      #expect(refusal(Array(vector.record), keys, names) == vector.refusal, "\(vector.name)")
    }
    let refused = vectors.records.count { $0.refusal != nil }
    #expect(refused > 150 && vectors.records.count - refused == 10)
  }

  @Test func `what is read is written with the same bytes`() throws {
    let vectors = try SharedFixtures.json(Vectors.self, SharedFixtures.records)
    for vector in vectors.records where vector.refusal == nil {
      let file = Array(vector.record)
      let body = try CBOR.decode(file).arrayValue?[0].bytesValue
      #expect(try SignedConsent(file).record.cbor.encoded() == body, "\(vector.name)")
    }
  }

  @Test func `every field comes back`() throws {
    let grant = cast.grant(
      categories: [1, 2, 3, 500], actions: [.read, .live, .compute], purposes: ["TREAT", "COC"],
      data: TimeWindow(from: 5, until: 6), identity: .pseudonymous,
      delegation: .init(depth: 3, categories: [500, 1]))
    let signed = try SignedConsent(cast.signed(grant))
    #expect(signed.record == .grant(grant))
    try signed.verify(by: cast.patient.signing.publicKey)
    #expect(throws: ConsentError.badSignature) {
      try signed.verify(by: cast.doctor.signing.publicKey)
    }
  }

  @Test func `every flipped bit is refused`() {
    let file = cast.signed(cast.grant())
    let key = cast.patient.signing.publicKey
    for place in file.indices {
      var bad = file
      bad[place] ^= 1 << UInt8(place % 8)
      #expect(throws: ConsentError.self) { try SignedConsent(bad).verify(by: key) }
    }
  }

  @Test func `an id has one spelling`() throws {
    let id = ConsentID.random()
    #expect(ConsentID(text: id.text) == id)
    #expect(id.text.utf8.count == 32)
    #expect(ConsentID(text: id.text.uppercased() + "A") == nil)
    for bad in ["", "0", id.text + "0", String(id.text.dropLast()), id.text.dropLast() + "G"] {
      #expect(ConsentID(text: bad) == nil, "\(bad)")
    }
    #expect(ConsentID(text: "ABCDEF0123456789abcdef0123456789") == nil)
    #expect(ConsentID(bytes: [1]) == nil)
  }

  /// As the vectors spell it; nil when the record is good and its signature fits.
  private func refusal(
    _ file: [UInt8], _ keys: [String: VerifyingKey], _ names: [String: String]
  ) -> String? {
    do throws(ConsentError) {
      let signed = try SignedConsent(file)
      let signer = hexText(signed.record.signer.bytes)
      guard let key = names[signer].flatMap({ keys[$0] }) else { return "nobody's" }
      try signed.verify(by: key)
      return nil
    } catch {
      return switch error {
      case .malformed(let field): "malformed \(field)"
      case .tooLong: "tooLong"
      default: "\(error)"
      }
    }
  }

  private func hex(_ text: String) -> [UInt8] {
    let digits = Array(text.utf8)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
  }

  private func hexText(_ bytes: [UInt8]) -> String {
    bytes.map { String(format: "%02x", $0) }.joined()
  }
}
