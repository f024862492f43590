import Testing

@testable import FluxgateSeal

@Suite struct PairingTests {
  private let patient: PatientSecret
  private let gateway: GatewayIdentity
  private let pairing: Pairing

  init() throws {
    patient = try #require(PatientSecret(name: "Sample"))
    gateway = try #require(GatewayIdentity(logName: "lab.example/1"))
    pairing = Pairing(
      patient: patient.publicKey, gateway: gateway.publicKey,
      logVerifierKey: gateway.logVerifierKey, created: 1_790_000_000)
  }

  @Test func `a pairing opens under the patient who signed it`() throws {
    let file = pairing.signed(by: patient)
    #expect(try Pairing.open(file, by: patient.publicKey) == pairing)
    #expect(try Pairing.read(file) == pairing)
  }

  @Test func `another patient's key does not open it`() throws {
    let other = try #require(PatientSecret(name: "Sample"))
    #expect(throws: SealError.wrongRecipient) {
      try Pairing.open(pairing.signed(by: patient), by: other.publicKey)
    }
  }

  @Test func `a pairing that names the patient but is signed by another is refused`() {
    let forged = forge(fields(), domain: Pairing.domain, by: SigningKey())
    #expect(throws: SealError.badSignature) { try Pairing.open(forged, by: patient.publicKey) }
    let strayed = forge(fields(), domain: Capsule.domain, by: patient.signing)
    #expect(throws: SealError.badSignature) { try Pairing.open(strayed, by: patient.publicKey) }
  }

  @Test func `every flipped bit is refused`() {
    let file = pairing.signed(by: patient)
    for bit in 0..<file.count * 8 {
      var bad = file
      bad[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: SealError.self) { try Pairing.open(bad, by: patient.publicKey) }
    }
  }

  @Test func `a signed record with other fields is refused by the field's name`() {
    expect("log", dropping: "log")
    expect("v", dropping: "v", adding: CBORPair(key: .text("v"), value: .unsigned(2)))
    expect(
      "more fields than known", dropping: nil,
      adding: CBORPair(key: .text("x"), value: .null))
    expect("gateway", dropping: "gateway", adding: CBORPair(key: .text("gateway"), value: .null))
  }

  private func expect(_ field: String, dropping name: String?, adding pair: CBORPair? = nil) {
    var pairs = fields().filter { $0.key != name.map(CBOR.text) }
    if let pair { pairs.append(pair) }
    let file = forge(pairs, domain: Pairing.domain, by: patient.signing)
    #expect(throws: SealError.malformed(field)) { try Pairing.open(file, by: patient.publicKey) }
  }

  private func forge(_ pairs: [CBORPair], domain: String, by key: SigningKey) -> [UInt8] {
    SignedRecord(CBOR.map(pairs), domain: domain, by: key).encoded
  }

  private func fields() -> [CBORPair] {
    let file = pairing.signed(by: patient)
    let body = (try? CBOR.decode(file))?.arrayValue?[0].bytesValue ?? []
    return (try? CBOR.decode(body))?.mapValue ?? []
  }
}
