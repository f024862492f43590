import FluxgateLedger
import FluxgateRecording
import FluxgateSeal
import FluxgateSignal
import Foundation

@testable import FluxgateVault

/// A recording of two categories in three epochs, a reader of the first category, and a vault that
/// holds all of it.
final class ErasureBench {
  static let start: Int64 = 1_700_000_000_000_000_000
  static let hour: Int64 = 3_600_000_000_000
  /// UTC seconds, long after the recording.
  static let later: Int64 = 4_000_000_000
  static let cardiac: UInt16 = 1
  static let glucose: UInt16 = 3
  static let datasets = [
    DatasetDescription(
      stream: 1, category: cardiac, kind: .raw, sampleType: .int32, columns: 1, rowsPerChunk: 50),
    DatasetDescription(
      stream: 2, category: glucose, kind: .raw, sampleType: .int32, columns: 1, rowsPerChunk: 50),
  ]

  let root: String
  let folder: RecordingFolder
  let patient: PatientSecret
  let reader: PatientSecret
  let gateway: GatewayIdentity
  private(set) var recording: [UInt8] = []
  /// Every data key that there is, taken out of the capsules before anything is erased.
  private(set) var keys: [CapsuleKey] = []

  init() throws {
    root = FileManager.default.temporaryDirectory.path + "/fluxgate-erasure-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: root + "/vault", withIntermediateDirectories: true)
    folder = RecordingFolder(root + "/recording")
    patient = try required(PatientSecret(name: "patient 1"))
    reader = try required(PatientSecret(name: "cardiology"))
    gateway = try required(GatewayIdentity(logName: "example.org/log"))
    try record()
    try prove()
    _ = try Push.run(folder, to: vault, patient: patient.publicKey)
    keys = try allKeys()
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  var vault: DirectoryVault { get throws { try DirectoryVault(root + "/vault") } }
  var fingerprint: KeyFingerprint { patient.publicKey.keyFingerprint }
  var id: String { hexadecimal(recording) }

  private func record() throws {
    var finished: [UInt32] = []
    let writer = try RecordingWriter(
      creating: folder.path, identity: gateway,
      recipients: [
        Recipient(patient.publicKey), Recipient(reader.publicKey, categories: [Self.cardiac]),
      ],
      pairing: Pairing(
        patient: patient.publicKey, gateway: gateway.publicKey,
        logVerifierKey: gateway.logVerifierKey, created: 1_700_000_000
      ).signed(by: patient),
      datasets: Self.datasets, limits: SegmentLimits(epochNanoseconds: Self.hour),
      now: Self.start, segmentFinished: { finished.append($0) })
    recording = writer.recording
    for epoch in 0..<3 {
      let now = Self.start + Int64(epoch) * Self.hour
      if epoch > 0 { try writer.rollIfNeeded(at: now) }
      for dataset in Self.datasets {
        try writer.append(
          ChunkContent(
            stream: dataset.stream, rows: [UInt8](repeating: UInt8(epoch), count: 200),
            rowCount: 50, firstSample: UInt64(epoch) * 50, firstTime: now,
            lastTime: now + Self.hour / 2))
      }
    }
    try writer.finish()
    let closer = SegmentCloser(folder: folder, key: gateway.identity)
    for segment in finished { try closer.close(segment) }
  }

  private func prove() throws {
    let log = try EmbeddedLog(directory: root + "/log", origin: gateway.logName, key: gateway.log)
    let closer = SegmentCloser(folder: folder, key: gateway.identity)
    for segment in 1...UInt32(3) {
      let index = try log.append([try closer.close(segment).entry])
      try Data(try log.proof(of: index[0]).bytes)
        .write(to: URL(fileURLWithPath: folder.proof(segment)))
    }
  }

  private func allKeys() throws -> [CapsuleKey] {
    var found: [CapsuleKey] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.capsules) {
      let bytes = try read("\(folder.capsules)/\(name)")
      guard try Capsule.inspect(bytes).recipient == fingerprint else { continue }
      found += try Capsule.open(
        bytes, with: patient, trusting: gateway.publicKey, recording: recording)
    }
    return found
  }

  func tombstone(_ scope: ErasureScope, created: Int64 = later) -> Tombstone {
    Tombstone(of: scope, patient: patient.publicKey, created: created)
  }

  /// As the patient's machine does it with a vault in a folder.
  @discardableResult
  func erase(
    _ wish: ErasureWish, readers: [PatientPublicKey] = []
  ) throws -> [ErasedRecording] {
    var reports: [ErasedRecording] = []
    for scope in try ErasurePlan(wish, in: vault, of: fingerprint).scopes {
      let tombstone = tombstone(scope)
      try VaultErasure.reseal(for: tombstone, in: vault, secret: patient, readers: readers)
      reports = try VaultErasure.apply(tombstone.signed(by: patient), in: vault, of: fingerprint)
    }
    return reports
  }

  /// As the gateway does it with its own copy.
  @discardableResult
  func eraseFolder(secret: PatientSecret? = nil) throws -> ErasedRecording? {
    try FolderErasure.apply(try stored(), to: folder, from: vault, secret: secret)
  }

  /// The vault's tombstones with their bytes.
  func stored() throws -> [Tombstone: [UInt8]] {
    var found: [Tombstone: [UInt8]] = [:]
    for tombstone in try VaultErasure.tombstones(in: vault) {
      found[tombstone] = try vault.get(.tombstone(tombstone))
    }
    return found
  }

  func verify(_ folder: RecordingFolder? = nil) throws -> VerificationReport {
    let check = LedgerProofCheck(log: try VerifierKey(gateway.logVerifierKey))
    return try Verifier.verify(
      folder ?? self.folder, trust: .patient(patient.publicKey), proofCheck: check.verdict)
  }

  /// Epochs of a category that a secret opens in a folder.
  func opened(
    _ folder: RecordingFolder, _ category: UInt16, by secret: PatientSecret
  ) throws -> Set<UInt32> {
    let reader: RecordingReader
    do {
      reader = try RecordingReader(
        opening: folder, secret: secret, patient: patient.publicKey)
    } catch RecordingError.noKey {
      return []
    }
    return Set(UInt32(1)...3).subtracting(reader.lockedEpochs(of: category))
  }

  func pull(_ name: String) throws -> RecordingFolder {
    let path = "\(root)/\(name)"
    try Pull.run(try vault, into: path, patient: patient)
    return RecordingFolder(path)
  }

  /// Files anywhere below the bench's folder that hold one of the keys: as bytes, hexadecimal or
  /// Base64, or inside a capsule that one of the secrets opens.
  func traces(of keys: [CapsuleKey]) throws -> [String] {
    var found: [String] = []
    for name in try FileManager.default.subpathsOfDirectory(atPath: root) {
      guard let data = FileManager.default.contents(atPath: "\(root)/\(name)") else { continue }
      if keys.contains(where: { Self.isKey($0, in: data) }) || opens(data, to: keys) {
        found.append(name)
      }
    }
    return found
  }

  private static func isKey(_ key: CapsuleKey, in data: Data) -> Bool {
    let bytes = Data(key.key.copyBytes())
    // Base64 depends on where the key begins: three alignments, without what its neighbours touch.
    let coded = (0..<3).map {
      (Data(count: $0) + bytes).base64EncodedData().dropFirst(4).dropLast(4)
    }
    let digits = hexadecimal(bytes)
    let forms = [bytes, Data(digits.utf8), Data(digits.uppercased().utf8)] + coded
    return forms.contains { data.range(of: $0) != nil }
  }

  private func opens(_ data: Data, to keys: [CapsuleKey]) -> Bool {
    guard let capsule = try? Capsule.inspect([UInt8](data)) else { return false }
    return [patient, reader].contains { secret in
      let opened = try? Capsule.open(
        [UInt8](data), with: secret, trusting: capsule.signer, recording: recording)
      return opened?.contains { key in
        keys.contains { $0.key.copyBytes() == key.key.copyBytes() }
      } ?? false
    }
  }

  func read(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}

extension ErasureBench {
  /// A recording of the same patient that goes on.
  static func unfinished(beside bench: ErasureBench) throws -> RecordingWriter {
    try RecordingWriter(
      creating: bench.root + "/unfinished", identity: bench.gateway,
      recipients: [Recipient(bench.patient.publicKey)],
      pairing: try bench.read(bench.folder.pairing), datasets: datasets, now: start,
      segmentFinished: { _ in })
  }
}
