import FluxgateConsent
import FluxgateLedger
import FluxgateRecording
import FluxgateSeal
import FluxgateSignal
import Foundation

@testable import FluxgateVault

/// A vault with one recording of two categories and three epochs, and a server's home beside it.
final class ServiceBench {
  static let cardiac: UInt16 = 1
  static let glucose: UInt16 = 3
  /// Seconds of UTC since 1970; each epoch lasts a minute.
  static let start: Int64 = 1_700_000_000
  static let logName = "vault.example/trail"

  let bench: VaultBench
  let home: VaultHome
  let cardiologist: PatientSecret
  let stranger: PatientSecret
  private(set) var recording: [UInt8] = []
  var patient: PatientSecret { bench.patient }

  /// - Parameter categories: what the cardiologist's capsules hold in every epoch.
  init(keysFor categories: Set<UInt16> = [cardiac]) throws {
    bench = try VaultBench()
    cardiologist = try required(PatientSecret(name: "cardiologist"))
    stranger = try required(PatientSecret(name: "somebody"))
    home = VaultHome(path: bench.root + "/home")
    try home.create(logName: Self.logName)
    try record(for: [
      Recipient(patient.publicKey), Recipient(cardiologist.publicKey, categories: categories),
    ])
  }

  func vault() throws -> DirectoryVault { try bench.vault() }

  func service() throws -> VaultService {
    try VaultService(vault: try vault(), home: home, patient: patient.publicKey)
  }

  var verifierKey: VerifierKey {
    get throws {
      let text = String(decoding: try bench.read(home.verifierFile), as: UTF8.self)
      return try VerifierKey(String(text.dropLast()))
    }
  }

  /// The window of some epochs, counted from 0.
  static func window(_ epochs: Range<Int64>) -> TimeWindow {
    TimeWindow(from: start + epochs.lowerBound * 60, until: start + epochs.upperBound * 60)
  }

  func request(
    _ categories: Set<UInt16> = [cardiac], _ window: TimeWindow = window(0..<3),
    purpose: String = "TREAT", identity: IdentityLevel = .pseudonymous
  ) throws -> ReleaseRequest {
    try ReleaseRequest(
      recording: recording, categories: categories, window: window, purpose: purpose,
      identity: identity)
  }

  func grant(
    to grantee: PatientSecret? = nil, categories: Set<UInt16> = [cardiac], days: Int64 = 90,
    data: TimeWindow = TimeWindow(), effect: ConsentGrant.Effect = .permit
  ) -> ConsentGrant {
    let now = Int64(Date().timeIntervalSince1970)
    return ConsentGrant(
      effect: effect, patient: patient.publicKey.keyFingerprint,
      signer: patient.publicKey.keyFingerprint, grantee: (grantee ?? cardiologist).publicKey,
      categories: categories, purposes: ["TREAT"],
      valid: TimeWindow(from: now - 3600, until: now - 3600 + days * 86_400), data: data,
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

  /// Fetches a whole release into a new folder.
  func fetch(
    _ release: Release, from service: VaultService, by reader: PatientSecret
  ) throws -> RecordingFolder {
    let folder = "\(bench.root)/fetched-\(UUID().uuidString)"
    for object in release.objects {
      let path = "\(folder)/\(object.file)"
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      let bytes = try self.bytes(
        try service.object(object.name, of: release.id, by: reader.publicKey.keyFingerprint))
      if let sha256 = object.sha256, SHA256.digest(bytes) != sha256 { throw Missing() }
      try bench.write(path, bytes)
    }
    return RecordingFolder(folder)
  }

  func bytes(_ object: ReleasedObject) throws -> [UInt8] {
    switch object {
    case .bytes(let bytes): return bytes
    case .file(let path, let size, let isTemporary):
      let bytes = try bench.read(path)
      if isTemporary { try FileManager.default.removeItem(atPath: path) }
      guard bytes.count == Int(size) else { throw Missing() }
      return bytes
    }
  }

  func trail(since older: [UInt8]..., by reader: PatientSecret? = nil) async throws
    -> TrailReport
  {
    try await Trail.read(
      .folder(try vault(), ledger: home.ledgerFolder), log: try verifierKey,
      secret: reader ?? patient, since: older)
  }

  private func record(for recipients: [Recipient]) throws {
    var finished: [UInt32] = []
    let writer = try RecordingWriter(
      creating: bench.folder.path, identity: bench.gateway, recipients: recipients,
      pairing: bench.pairing,
      datasets: [(1, Self.cardiac), (2, Self.glucose)].map {
        DatasetDescription(
          stream: $0, category: $1, kind: .raw, sampleType: .int32, columns: 3, rowsPerChunk: 50)
      },
      limits: SegmentLimits(epochNanoseconds: .max), now: Self.start * 1_000_000_000,
      segmentFinished: { finished.append($0) })
    recording = writer.recording
    for epoch in Int64(0)..<3 {
      let now = (Self.start + 60 * epoch) * 1_000_000_000
      if epoch > 0 { try writer.rollEpoch(at: now) }
      for stream in [UInt32(1), 2] { try append(to: writer, stream, epoch, now) }
    }
    try writer.finish()
    let closer = SegmentCloser(folder: bench.folder, key: bench.gateway.identity)
    for number in finished { _ = try closer.close(number) }
    try bench.prove()
    try Push.run(bench.folder, to: try vault(), patient: patient.publicKey)
  }

  private func append(
    to writer: RecordingWriter, _ stream: UInt32, _ epoch: Int64, _ now: Int64
  ) throws {
    let rows = (0..<150).flatMap { row -> [UInt8] in
      let value = (UInt32(row) + UInt32(epoch) + stream) &* 2_654_435_761 >> 8
      return [UInt8(value & 255), UInt8(value >> 8 & 255), UInt8(value >> 16 & 255), 0]
    }
    try writer.append(
      ChunkContent(
        stream: stream, rows: rows, rowCount: 50, firstSample: UInt64(epoch) * 50,
        firstTime: now + 1_000_000_000, lastTime: now + 50_000_000_000))
  }
}

/// Why a service refused, and under which entry.
func denied(by body: () throws -> Void) -> (reason: ConsentRefusal, index: UInt64)? {
  do {
    try body()
  } catch ServiceError.refused(let reason, let index) {
    return (reason, index)
  } catch {
    return nil
  }
  return nil
}

/// Whether a service throws this, by its name.
func failure(of body: () throws -> Void) -> String? {
  do {
    try body()
  } catch {
    return String("\(error)".prefix { $0 != "(" })
  }
  return nil
}
