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
    let glucose = try glucose(after: pages)
    #expect(glucose.count == 23)
    #expect(glucose.last == 224)
    #expect(try published("dexcom-g4-pages/4.312.json") == glucose.reversed())
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: fixtures.path), "../shared/fixtures is not here"))
  func `the page of a recorded reply goes the same way`() throws {
    let reply = Self.bytes(
      try String(
        contentsOf: Self.fixtures.appendingPathComponent(
          "dexcom-g4share-reply/egv-page-1416-reply.hex"), encoding: .utf8))
    #expect(reply.count == 534)
    let glucose = try glucose(after: [Array(reply[4..<532])])
    #expect(glucose.count == 26)
    // The last record is display-only, of the same second as the one before it.
    #expect(glucose.suffix(2) == [88, 88])
  }

  /// The glucose values that come out of a recording of a receiver with these pages.
  private func glucose(after pages: [[UInt8]]) throws -> [Int64] {
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
    return glucose
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
    return bytes(text)
  }

  /// Hexadecimal digits, with or without spaces between.
  private static func bytes(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(digits[$0] << 4 | digits[$0 + 1])
    }
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
