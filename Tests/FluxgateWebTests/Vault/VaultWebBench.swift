import Fluxgate
import FluxgateConsent
import FluxgateLedger
import FluxgateRecording
import FluxgateSeal
import FluxgateSignal
import Foundation

@testable import FluxgateVault
@testable import FluxgateWeb

struct Missing: Error {}

func required<Value>(_ value: Value?) throws -> Value {
  guard let value else { throw Missing() }
  return value
}

/// A vault with one recording of two categories and two epochs, a server's home, and three people.
final class VaultWebBench: Sendable {
  static let cardiac: UInt16 = 1
  static let glucose: UInt16 = 3
  /// Seconds of UTC since 1970; each epoch lasts a minute.
  static let start: Int64 = 1_700_000_000

  let root: String
  let home: VaultHome
  let patient: PatientSecret
  let cardiologist: PatientSecret
  let stranger: PatientSecret

  /// - Parameter glucoseReachesBack: the second epoch's glucose begins with the first epoch, as that
  ///   of a device which is read late.
  init(glucoseReachesBack: Bool = false) throws {
    root = FileManager.default.temporaryDirectory.path + "/fluxgate-web-\(UUID().uuidString)"
    for name in ["/vault", "/out"] {
      try FileManager.default.createDirectory(
        atPath: root + name, withIntermediateDirectories: true)
    }
    patient = try required(PatientSecret(name: "patient 1"))
    cardiologist = try required(PatientSecret(name: "cardiologist"))
    stranger = try required(PatientSecret(name: "somebody"))
    home = VaultHome(path: root + "/home")
    try home.create(logName: "vault.example/trail")
    try record(glucoseReachesBack)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func server(
    _ certificate: ServerCertificate? = nil, names: [String] = []
  ) throws -> VaultServer {
    try VaultServer(
      vault: try DirectoryVault(root + "/vault"), home: home, patient: patient.publicKey,
      address: try ListenAddress("127.0.0.1:0"), certificate: certificate, names: names)
  }

  func remote(_ port: Int, _ secret: PatientSecret) throws -> RemoteVault {
    try RemoteVault("http://127.0.0.1:\(port)", secret: secret)
  }

  func request(_ categories: Set<UInt16> = [cardiac]) throws -> ReleaseRequest {
    try ReleaseRequest(
      categories: categories, window: TimeWindow(from: Self.start, until: Self.start + 120),
      purpose: "TREAT", identity: .pseudonymous)
  }

  func grant() -> ConsentGrant {
    let now = Int64(Date().timeIntervalSince1970)
    return ConsentGrant(
      effect: .permit, patient: patient.publicKey.keyFingerprint,
      signer: patient.publicKey.keyFingerprint, grantee: cardiologist.publicKey,
      categories: [Self.cardiac], purposes: ["TREAT"],
      valid: TimeWindow(from: now - 3600, until: now + 3600), data: TimeWindow(),
      identity: .pseudonymous, termsDigest: SHA256.digest([1]), receipt: RandomBytes.make(16),
      created: now)
  }

  func sign(_ grant: ConsentGrant) -> [UInt8] {
    SignedConsent.sign(.grant(grant), by: patient.signing).bytes
  }

  func revocation(of grant: ConsentGrant) -> [UInt8] {
    let signer = patient.publicKey.keyFingerprint
    let record = ConsentRevocation(
      patient: signer, signer: signer, revokes: grant.id,
      at: Int64(Date().timeIntervalSince1970), reason: "withdrawn")
    return SignedConsent.sign(.revocation(record), by: patient.signing).bytes
  }

  func service() throws -> VaultService {
    try VaultService(
      vault: try DirectoryVault(root + "/vault"), home: home, patient: patient.publicKey)
  }

  private func record(_ glucoseReachesBack: Bool) throws {
    let gateway = try required(GatewayIdentity(logName: "example.org/log"))
    let folder = RecordingFolder(root + "/recording")
    let pairing = Pairing(
      patient: patient.publicKey, gateway: gateway.publicKey,
      logVerifierKey: gateway.logVerifierKey, created: 1_700_000_000
    ).signed(by: patient)
    var finished: [UInt32] = []
    let writer = try RecordingWriter(
      creating: folder.path, identity: gateway,
      recipients: [
        Recipient(patient.publicKey),
        Recipient(cardiologist.publicKey, categories: [Self.cardiac]),
      ], pairing: pairing,
      datasets: [(1, Self.cardiac), (2, Self.glucose)].map {
        DatasetDescription(
          stream: $0, category: $1, kind: .raw, sampleType: .int32, columns: 3, rowsPerChunk: 50)
      },
      limits: SegmentLimits(epochNanoseconds: .max), now: Self.start * 1_000_000_000,
      segmentFinished: { finished.append($0) })
    for epoch in Int64(0)..<2 {
      let now = (Self.start + 60 * epoch) * 1_000_000_000
      if epoch > 0 { try writer.rollEpoch(at: now) }
      for stream in [UInt32(1), 2] {
        let first = glucoseReachesBack && stream == 2 ? Self.start * 1_000_000_000 : now
        try writer.append(
          ChunkContent(
            stream: stream, rows: [UInt8](repeating: UInt8(stream), count: 600), rowCount: 50,
            firstSample: UInt64(epoch) * 50, firstTime: first + 1_000_000_000,
            lastTime: now + 50_000_000_000))
      }
    }
    try writer.finish()
    try prove(finished, in: folder, gateway)
    try Push.run(folder, to: try DirectoryVault(root + "/vault"), patient: patient.publicKey)
  }

  private func prove(
    _ segments: [UInt32], in folder: RecordingFolder, _ gateway: GatewayIdentity
  ) throws {
    let log = try EmbeddedLog(
      directory: root + "/log", origin: gateway.logName, key: gateway.log)
    let closer = SegmentCloser(folder: folder, key: gateway.identity)
    for number in segments {
      let index = try log.append([try closer.close(number).entry])
      try Data(try log.proof(of: index[0]).bytes)
        .write(to: URL(fileURLWithPath: folder.proof(number)))
    }
  }
}
