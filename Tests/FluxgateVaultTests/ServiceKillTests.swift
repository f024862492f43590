import FluxgateConsent
import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

@testable import FluxgateVault

/// A process that serves is killed at a random instant, again and again.
@Suite struct ServiceKillTests {
  @Test func `nothing was answered that has no entry, and every entry has its record`() async throws
  {
    let bench = try ServiceBench()
    let grant = bench.grant()
    try bench.vault().put(.consent(grant.id), bench.sign(grant))
    let root = bench.bench.root
    try bench.bench.write(root + "/reader.secret", Array(bench.cardiologist.text.utf8))
    try bench.bench.write(root + "/patient.pub", Array(bench.patient.publicKey.text.utf8))
    // So that there is a log to read, however early the first one is killed.
    _ = try bench.service()
    var answered = 0
    var round = 0
    // Where a busy machine has let none of them answer, further ones live longer.
    while round < 8 || answered == 0 && round < 16 {
      let most = UInt32(150_000) << UInt32(max(0, round - 7))
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [root = root as String, most = most as UInt32] in
        try ServiceKillTests.serveUntilKilled(root, within: most)
      }
      let report = try await bench.trail()
      #expect(report.isSound, "round \(round): \(report.findings)")
      let answers = (try? bench.bench.read(root + "/answers").count / 8) ?? 0
      let released = report.lines.filter { $0.record.kind == .released }.count
      #expect(released >= answers, "round \(round)")
      #expect(answers >= answered)
      answered = answers
      round += 1
    }
    #expect(answered > 0)
    let service = try bench.service()
    #expect(
      try !service.release(try bench.request(), by: bench.cardiologist.publicKey).objects.isEmpty)
  }

  /// Each answer that a reader had is eight bytes in the file `answers`.
  ///
  /// - Parameter most: microseconds.
  private static func serveUntilKilled(_ root: String, within most: UInt32) throws {
    let reader = try PatientSecret(
      text: try String(contentsOfFile: root + "/reader.secret", encoding: .utf8))
    let patient = try PatientPublicKey(
      text: try String(contentsOfFile: root + "/patient.pub", encoding: .utf8))
    let delay = UInt32.random(in: 5_000...most)
    Thread.detachNewThread {
      usleep(delay)
      kill(getpid(), SIGKILL)
    }
    let service = try VaultService(
      vault: try DirectoryVault(root + "/vault"), home: VaultHome(path: root + "/home"),
      patient: patient)
    let answers = open(root + "/answers", O_WRONLY | O_CREAT | O_APPEND, 0o644)
    let window = ServiceBench.window(0..<3)
    while true {
      let categories: Set<UInt16> = Bool.random() ? [1] : [1, 3]
      let request = try ReleaseRequest(
        categories: categories, window: window, purpose: "TREAT", identity: .pseudonymous)
      guard let release = try? service.release(request, by: reader.publicKey) else { continue }
      var index = release.index
      _ = write(answers, &index, 8)
    }
  }
}
