import FluxgateRecording
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

/// Capsules that somebody else has put beside a recording's own keep no erasure from it.
@Suite struct PlantedCapsuleTests {
  let bench: ErasureBench

  init() throws { bench = try ErasureBench() }

  /// A capsule addressed to the patient that lists a category that is erased and one that stays.
  private func plant(
    in recording: [UInt8]? = nil, signedBy signer: SigningKey, ownKeys: Bool
  ) throws -> ObjectName {
    let keys = bench.keys.filter { $0.epoch == 1 }.map { key in
      ownKeys ? key : CapsuleKey(category: key.category, epoch: 1, key: DataKey())
    }
    let capsule = Capsule.seal(
      keys: keys, recording: recording ?? bench.recording, to: bench.patient.publicKey,
      signedBy: signer)
    let digits = hexadecimal(bench.fingerprint.bytes.prefix(8))
    let name = try required(CapsuleFileName("00000001-\(digits)-0badcafe.capsule"))
    let object = ObjectName.capsule(bench.recording, name)
    try bench.vault.put(object, capsule)
    try Data(capsule).write(
      to: URL(fileURLWithPath: "\(bench.folder.capsules)/\(name.text)"))
    return object
  }

  private func erasesAllTheSame(_ planted: ObjectName) throws {
    let gone = bench.keys.filter { $0.category == ErasureBench.cardiac }
    let reports = try bench.erase(ErasureWish(categories: [ErasureBench.cardiac]))
    #expect(reports.allSatisfy { $0.isDone })
    #expect(reports.contains { $0.removed.contains(planted.text) })
    let here = try bench.eraseFolder()
    #expect(here?.isDone == true && here?.removed.contains("capsules/\(planted.last)") == true)
    #expect(try bench.traces(of: gone).isEmpty)
    #expect(try bench.verify().status == .intact)
    #expect(try bench.opened(bench.folder, ErasureBench.glucose, by: bench.patient) == [1, 2, 3])
  }

  @Test func `by a stranger`() throws {
    let stranger = try required(PatientSecret(name: "somebody"))
    try erasesAllTheSame(try plant(signedBy: stranger.signing, ownKeys: false))
  }

  @Test func `by the gateway, for keys that the manifests do not know`() throws {
    try erasesAllTheSame(try plant(signedBy: bench.gateway.identity, ownKeys: false))
  }

  @Test func `out of another recording`() throws {
    try erasesAllTheSame(
      try plant(
        in: [UInt8](repeating: 7, count: 16), signedBy: bench.patient.signing, ownKeys: true))
  }

  @Test func `one that the patient made is waited for`() throws {
    _ = try plant(signedBy: bench.patient.signing, ownKeys: true)
    let file = bench.tombstone(ErasureScope(categories: [ErasureBench.cardiac]))
      .signed(by: bench.patient)
    #expect {
      try VaultErasure.apply(file, in: bench.vault, of: bench.fingerprint)
    } throws: {
      if case VaultError.needsResealing(let names) = $0 { names.count == 4 } else { false }
    }
  }
}
