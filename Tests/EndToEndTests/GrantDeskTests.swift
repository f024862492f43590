import FluxgateConsent
import FluxgateDevice
import FluxgateRecording
import FluxgateSeal
import FluxgateSignal
import FluxgateTransport
import FluxgateVault
import Foundation
import Testing

@testable import Fluxgate

/// The desk on a real vault and a real floor; no recording.
@Suite struct GrantDeskTests {
  private let bench: GrantBench
  init() throws { bench = try GrantBench() }

  private func readers(_ desk: GrantDesk) -> Int {
    desk.recipients(of: [1, 2, 3], at: Int64(Date().timeIntervalSince1970 * 1e9)).count - 1
  }

  @Test func `grants and revocations are seen as they come`() throws {
    let desk = try bench.desk()
    #expect(readers(desk) == 0)
    let grant = try bench.grant([1])
    #expect(desk.look() == nil && readers(desk) == 1)
    try bench.revoke(grant)
    #expect(desk.look() == nil && readers(desk) == 0)
  }

  @Test func `a vault that is away is told, ends nothing and begins nothing`() throws {
    try bench.grant([1])
    let desk = try bench.desk()
    try bench.grant([2])
    try bench.moveVault(away: true)
    #expect(desk.look()?.code == "G20" && readers(desk) == 1)
    #expect(readers(try bench.desk()) == 1)
    try bench.moveVault(away: false)
    #expect(desk.look() == nil && readers(desk) == 2)
  }

  @Test func `an object that is no record spoils nothing`() throws {
    try bench.grant([1])
    let vault = try DirectoryVault(bench.vault)
    try vault.put(try ObjectName("consent/" + String(repeating: "a", count: 32)), [1, 2, 3])
    let desk = try bench.desk()
    #expect(readers(desk) == 1 && desk.refusedCount == 1)
  }

  @Test func `a clock that was ahead once revives no grant when it is set back`() throws {
    try bench.grant([1], seconds: 1000)
    #expect(readers(try bench.desk()) == 1)
    // As a gateway left it whose clock was ahead of the grant's end.
    let late = Int64(Date().timeIntervalSince1970) + 2000
    try DurableFile.replace(
      bench.workshop.home.path + "/floor", with: Array("fluxgate-floor-v1 \(late)\n".utf8))
    #expect(readers(try bench.desk()) == 0)
  }

  @Test func `without a floor nobody but the patient gets a key`() throws {
    try bench.grant([1])
    let desk = try bench.desk()
    try DurableFile.replace(
      bench.workshop.home.path + "/floor", with: Array("no floor\n".utf8))
    Thread.sleep(forTimeInterval: 1.1)
    #expect(desk.look()?.code == "G21" && readers(desk) == 0)
    #expect(throws: Fault.self) { try bench.desk() }
  }

  @Test func `a revocation that somebody deletes revives nothing, not even over a restart`() throws
  {
    let revoked = try bench.grant([1])
    let desk = try bench.desk()
    let revocation = try bench.revoke(revoked)
    #expect(desk.look() == nil && readers(desk) == 0)
    try bench.delete(revocation)
    #expect(desk.look() == nil && readers(desk) == 0)
    #expect(readers(try bench.desk()) == 0)
    try bench.grant([2])
    #expect(desk.look() == nil && readers(desk) == 1)
  }

  @Test func `a denial or a grant that is gone from the vault still counts`() throws {
    let grant = try bench.grant([1])
    let denial = ConsentGrant.plain(
      by: bench.workshop.patient, to: grant.grantee, [1], valid: grant.valid,
      identity: .deidentified, effect: .deny)
    let desk = try bench.desk()
    try bench.put(.grant(denial))
    #expect(desk.look() == nil && readers(desk) == 0)
    try bench.delete(denial.id)
    #expect(desk.look() == nil && readers(desk) == 0)
    #expect(readers(try bench.desk()) == 0)
    let other = try bench.grant([2])
    #expect(desk.look() == nil && readers(desk) == 1)
    try bench.delete(other.id)
    try bench.moveVault(away: true)
    #expect(readers(try bench.desk()) == 1)
  }

  @Test func `a revocation that is dated ahead counts from when it is seen`() throws {
    let grant = try bench.grant([1])
    let desk = try bench.desk()
    #expect(readers(desk) == 1)
    try bench.revoke(grant, at: Int64(Date().timeIntervalSince1970) + 900)
    #expect(desk.look() == nil && readers(desk) == 0)
    #expect(readers(try bench.desk()) == 0)
  }

  @Test func `a kept record that is damaged stops a start and nothing less`() throws {
    let grant = try bench.grant([1])
    try bench.revoke(grant)
    _ = try bench.desk()
    let names = try FileManager.default.contentsOfDirectory(atPath: bench.kept)
    #expect(names.count == 2 && names.contains(grant.id.text))
    for bytes in [[], [1, 2, 3]] as [[UInt8]] {
      try DurableFile.replace("\(bench.kept)/\(grant.id.text)", with: bytes)
      let fault = #expect(throws: Fault.self) { try bench.desk() }
      #expect(fault?.code == "G25" && fault?.exit == .refused)
    }
  }

  @Test func `records that cannot be kept are told and count all the same`() throws {
    let desk = try bench.desk()
    let folder = bench.workshop.home.path + "/consents"
    try DurableFile.replace(folder, with: [1])
    let grant = try bench.grant([1])
    #expect(desk.look()?.code == "G26" && readers(desk) == 1)
    try bench.revoke(grant)
    #expect(desk.look()?.code == "G26" && readers(desk) == 0)
    try DurableFile.remove(folder)
    #expect(desk.look() == nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.kept).count == 2)
  }

  @Test func `while a look hangs every grant ends on time, and it is told`() throws {
    let now = Int64(Date().timeIntervalSince1970)
    try bench.grant([1], seconds: 100)
    try bench.grant([2], seconds: 200)
    let desk = try bench.desk()
    // Opening it waits for a writer, as a mount that hangs waits for its server.
    let pipe = bench.vault + "/consent/" + String(repeating: "f", count: 32)
    #expect(mkfifo(pipe, 0o600) == 0)
    let looking = WorkerThread("look") { _ = desk.look() }
    defer { looking.join() }
    defer { while !open(pipe), !looking.hasEnded { Thread.sleep(forTimeInterval: 0.01) } }
    let at = { (second: Int64) in
      desk.recipients(of: [1, 2], at: (now + second) * 1_000_000_000).dropFirst()
    }
    #expect(at(50).count == 2 && at(150).map(\.categories) == [[2]] && at(250).isEmpty)
    #expect(desk.tick() == nil && !looking.hasEnded)
    #expect(desk.trouble(at: HostClock.now) == nil)
    let late = HostClock.now.advanced(by: GrantDesk.patience)
    #expect(desk.trouble(at: late)?.code == "G20")
    #expect(desk.trouble(at: late)?.cause == "the vault does not answer")
    #expect(!looking.hasEnded)
  }

  /// Lets a reader of the pipe go on; false while there is none.
  private func open(_ pipe: String) -> Bool {
    let writer = Foundation.open(pipe, O_WRONLY | O_NONBLOCK)
    if writer >= 0 { close(writer) }
    return writer >= 0
  }

  @Test func `following tells of a look that hangs, and does not wait for it`() throws {
    let desk = try bench.desk()
    let folder = bench.vault + "/consent"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let pipe = folder + "/" + String(repeating: "f", count: 32)
    #expect(mkfifo(pipe, 0o600) == 0)
    let ended = StopFlag()
    let faults = FaultLog()
    ended.raise()
    desk.follow(until: ended, faults: faults)
    #expect(faults.all.map(\.code) == ["G20"])
    #expect(open(pipe))
  }
}
