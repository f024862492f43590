import FluxgateConsent
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

@Suite struct VaultConsentsTests {
  private let bench: VaultBench
  private let doctor: PatientSecret

  init() throws {
    bench = try VaultBench()
    doctor = try required(PatientSecret(name: "cardiologist"))
  }

  private func grant() -> SignedConsent {
    let patient = bench.patient.publicKey.keyFingerprint
    let grant = ConsentGrant(
      patient: patient, signer: patient, grantee: doctor.publicKey, categories: [1],
      purposes: ["TREAT"], valid: TimeWindow(from: 100, until: 200), identity: .identified,
      termsDigest: [UInt8](repeating: 0, count: 32), receipt: [UInt8](repeating: 0, count: 16),
      created: 100)
    return SignedConsent.sign(.grant(grant), by: bench.patient.signing)
  }

  private func revocation(of grant: SignedConsent, at: Int64) -> SignedConsent {
    let patient = bench.patient.publicKey.keyFingerprint
    return SignedConsent.sign(
      .revocation(
        ConsentRevocation(patient: patient, signer: patient, revokes: grant.record.id, at: at)),
      by: bench.patient.signing)
  }

  @Test func `what was put is in the book`() throws {
    let vault = try bench.vault()
    let grant = grant()
    #expect(try VaultConsents.put(grant, in: vault))
    #expect(try !VaultConsents.put(grant, in: vault))
    let book = try VaultConsents.load(vault, patient: bench.patient.publicKey)
    #expect(book.live(at: 150).map(\.id) == [grant.record.id])
    #expect(try VaultConsents.names(vault).map(\.text) == ["consent/\(grant.record.id.text)"])
  }

  @Test func `bad objects are named by their place and spoil nothing`() throws {
    let vault = try bench.vault()
    let grant = grant()
    try VaultConsents.put(grant, in: vault)
    let long = [UInt8](repeating: 0, count: SignedConsent.byteCountMax + 1)
    try vault.put(ObjectName("consent/00"), long)
    try vault.put(ObjectName("consent/zz"), [1, 2, 3])
    let stranger = try VaultBench().patient.publicKey
    let book = try VaultConsents.load(vault, patient: bench.patient.publicKey)
    #expect(book.refused.map(\.index) == [0, 2])
    #expect(book.grants.count == 1)
    #expect(try VaultConsents.load(vault, patient: stranger).grants.isEmpty)
  }

  @Test func `a vault that is away is told and no empty book`() throws {
    let vault = try bench.vault()
    try VaultConsents.put(grant(), in: vault)
    let gone = try VaultBench()
    let away = try gone.vault()
    try FileManager.default.removeItem(atPath: gone.vaultPath)
    #expect(throws: VaultError.self) {
      try VaultConsents.load(away, patient: bench.patient.publicKey)
    }
  }
}
