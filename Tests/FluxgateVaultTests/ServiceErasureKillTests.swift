import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

/// A server that erases is killed as soon as its ledger has said so.
@Suite struct ServiceErasureKillTests {
  private func tombstone(_ bench: ServiceBench) -> [UInt8] {
    Tombstone(
      of: ErasureScope(recording: bench.recording), patient: bench.patient.publicKey,
      created: Int64(Date().timeIntervalSince1970) + 5
    ).signed(by: bench.patient)
  }

  @Test func `what the ledger says is erased is erased by the next start`() async throws {
    let bench = try ServiceBench()
    let file = tombstone(bench)
    _ = try bench.service()
    let root = bench.bench.root
    try bench.bench.write(root + "/tombstone", file)
    try bench.bench.write(root + "/patient.pub", Array(bench.patient.publicKey.text.utf8))
    await #expect(processExitsWith: .signal(SIGKILL)) { [root = root as String] in
      try ServiceErasureKillTests.eraseUntilEntered(root)
    }
    #expect(try await bench.trail().lines.map(\.record.kind) == [.erased])
    #expect(try !bench.vault().list("cap/").isEmpty, "killed before it was done")
    let service = try bench.service()
    for place in ["cap/", "salt/", "span/"] { #expect(try bench.vault().list(place).isEmpty) }
    let report = try await bench.trail()
    #expect(report.isSound && report.lines.allSatisfy { $0.record.kind == .erased })
    // Known from now on: no entry is made again.
    let size = service.ledger.head.size
    #expect(try service.erase(tombstone: file).record == nil)
    #expect(service.ledger.head.size == size)
    // A file that a kill left half written begins with a dot, and is passed over.
    let kept = try bench.bench.files(bench.home.erasureFolder).filter { !$0.hasPrefix(".") }
    #expect(kept == [try Tombstone.open(file).text])
  }

  private static func eraseUntilEntered(_ root: String) throws {
    let patient = try PatientPublicKey(
      text: try String(contentsOfFile: root + "/patient.pub", encoding: .utf8))
    let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: root + "/tombstone")))
    let home = VaultHome(path: root + "/home")
    let service = try VaultService(
      vault: try DirectoryVault(root + "/vault"), home: home, patient: patient)
    let checkpoint = home.ledgerFolder + "/checkpoint"
    let before = FileManager.default.contents(atPath: checkpoint)
    Thread.detachNewThread {
      while FileManager.default.contents(atPath: checkpoint) == before {}
      kill(getpid(), SIGKILL)
    }
    _ = try service.erase(tombstone: file)
    // Not killed in time: the test's exit says so.
  }

  @Test func `one that was handed in and not entered is finished`() async throws {
    let bench = try ServiceBench()
    let file = tombstone(bench)
    _ = try bench.service()
    let id = try Tombstone.open(file).text
    try bench.bench.write("\(bench.home.erasureFolder)/\(id).pending", file)
    _ = try bench.service()
    #expect(try bench.vault().list("cap/").isEmpty)
    #expect(try bench.bench.files(bench.home.erasureFolder) == [id])
    #expect(try await bench.trail().lines.map(\.record.kind) == [.erased])
  }

  @Test func `something else under a pending name is damage`() throws {
    let bench = try ServiceBench()
    _ = try bench.service()
    let id = String(repeating: "ab", count: 16)
    try bench.bench.write("\(bench.home.erasureFolder)/\(id).pending", tombstone(bench))
    #expect(failure { _ = try bench.service() } == "damagedHome")
  }

  @Test func `a tombstone that somebody changed in the vault is put back`() throws {
    let bench = try ServiceBench()
    let file = tombstone(bench)
    _ = try bench.service().erase(tombstone: file)
    let name = ObjectName.tombstone(try Tombstone.open(file))
    try bench.bench.write(bench.bench.place(name), [1, 2, 3])
    _ = try bench.service()
    #expect(try bench.vault().get(name) == file)
  }
}
