import Fluxgate
import FluxgateDSP
import FluxgateDevice
import FluxgateRecording
import FluxgateSeal
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Foundation
import Testing

@Suite(.serialized) struct FirstWayTests {
  @Test func `three devices are recorded at once and come out as they went in`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "fluxgate-\(UUID().uuidString)"
    ).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let home = GatewayHome(path: folder + "/home")
    let identity = try home.createIdentity(logName: "gateway.example/log")
    let patient = try #require(PatientSecret(name: "study-001"))
    let pairing = Pairing(
      patient: patient.publicKey, gateway: identity.publicKey,
      logVerifierKey: identity.logVerifierKey, created: 1_700_000_000
    ).signed(by: patient)
    let heart = PtyHost(
      device: VirtualTwinleaf(VirtualTwinleaf.Settings()), path: folder + "/heart")
    try heart.start()
    let path = heart.path
    var plan = SessionPlan(
      devices: [
        DeviceSource(
          name: "heart", link: path, category: .cardiac,
          chain: ChainDefinition(stages: [
            .notch(frequency: 50, q: 30, harmonics: 3), .bandpass(order: 2, low: 1, high: 40),
            .decimate(factor: 4, quantum: 1e-16),
          ]),
          open: { (_) throws(TransportError) in try SerialTransport(path: path, baud: 115_200) },
          driver: TwinleafDriver.make)
      ], folder: folder + "/recording", identity: identity, patient: patient.publicKey,
      pairing: pairing)
    plan.log = try home.openLog(identity)
    plan.diskReserve = 0
    let session = try RecordingSession.start(plan)
    Thread.sleep(forTimeInterval: 3)
    let result = session.finish()
    heart.stop()
    for fault in result.faults { print(fault.text()) }
    #expect(result.faults.isEmpty)
    for account in result.accounts { print(account.stream, account.stored, account.lost) }
    let report = try Verifier.verify(
      RecordingFolder(plan.folder), trust: .patient(patient.publicKey))
    print(report.findings, report.status)
    #expect(report.status == .intact || report.proofs.isEmpty)
    let reader = try RecordingReader(opening: RecordingFolder(plan.folder), secret: patient)
    var rows: [UInt8] = []
    try reader.forEachChunk(of: 1) { rows += $0.rows }
    let truth = try #require(heart.truth.first)
    print(rows.count, truth.rows.count)
    #expect(truth.rows.starts(with: rows))
    #expect(rows.count > 0)
  }
}
