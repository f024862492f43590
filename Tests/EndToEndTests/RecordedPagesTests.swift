import Fluxgate
import FluxgateDevice
import FluxgateRecording
import FluxgateSeal
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Foundation
import Testing

/// Recorded pages of true receivers, served by the virtual one, through the whole way.
@Suite struct RecordedPagesTests {
  static let fixtures = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../../../shared/fixtures/cgm").standardized

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: fixtures.path), "../shared/fixtures is not here"))
  func `recorded glucose pages come out of a sealed recording as they were published`() throws {
    let pages = [
      try Self.page("dexcom-g4-pages/4.312.data"), try Self.page("dexcom-g4-pages/5.252.data"),
    ]
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("fluxgate-pages-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let patient = try #require(PatientSecret(name: "study-002"))
    try record(pages, in: folder, for: patient)

    let reader = try RecordingReader(
      opening: RecordingFolder(folder + "/recording"), secret: patient)
    let meta = try #require(try reader.meta(of: Category.glucose.rawValue))
    let (stream, egv) = try #require(meta.streams.first { $0.value.name.hasSuffix(".egv") })
    let column = { (name: String) in egv.channels.firstIndex { $0.name == name } ?? 0 }
    var glucose: [Int64] = []
    try reader.forEachChunk(of: stream) { chunk in
      for row in 0..<chunk.rowCount
      where chunk.integer(row: row, column: column("glucose_state")) == 0 {
        glucose.append(chunk.integer(row: row, column: column("glucose")) ?? 0)
      }
    }
    #expect(glucose.count == 23)
    #expect(glucose.last == 224)
    #expect(try published("dexcom-g4-pages/4.312.json") == glucose.reversed())
  }

  private func record(_ pages: [[UInt8]], in folder: String, for patient: PatientSecret) throws {
    let home = GatewayHome(path: folder + "/home")
    let identity = try home.createIdentity(logName: "gateway.example/log")
    let pairing = Pairing(
      patient: patient.publicKey, gateway: identity.publicKey,
      logVerifierKey: identity.logVerifierKey, created: 1_700_000_000
    ).signed(by: patient)
    let host = PtyHost(device: VirtualDexcom(pages: pages), path: folder + "/line")
    try host.start()
    defer { host.stop() }
    let path = host.path
    var plan = SessionPlan(
      devices: [
        DeviceSource(
          name: "glucose", link: path, category: .glucose,
          open: { (_) throws(TransportError) in try SerialTransport(path: path, baud: 115_200) },
          driver: DexcomDriver.make)
      ], folder: folder + "/recording", identity: identity, patient: patient.publicKey,
      pairing: pairing)
    plan.diskReserve = 0
    let session = try RecordingSession.start(plan)
    Thread.sleep(forTimeInterval: 2.5)
    let result = session.finish()
    #expect(result.faults.isEmpty)
  }

  private static func page(_ name: String) throws -> [UInt8] {
    let text = try String(contentsOf: fixtures.appendingPathComponent(name), encoding: .utf8)
    return text.split(whereSeparator: \.isWhitespace).compactMap { UInt8($0, radix: 16) }
  }

  /// The published values, newest first.
  private func published(_ name: String) throws -> [Int64] {
    let data = try Data(contentsOf: Self.fixtures.appendingPathComponent(name))
    let records = try #require(JSONSerialization.jsonObject(with: data) as? [[String: Any]])
    return try records.map { record in
      let egv = try #require((record["EGV"] ?? record["egv"]) as? [String: Any])
      let value = try #require((egv["glucose"] ?? egv["Glucose"]) as? NSNumber)
      return value.int64Value
    }
  }
}
