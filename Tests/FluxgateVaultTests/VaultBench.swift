import FluxgateLedger
import FluxgateRecording
import FluxgateSeal
import FluxgateSignal
import Foundation

@testable import FluxgateVault

/// A recording, its gateway's log and a vault, all in one temporary folder.
final class VaultBench {
  let root: String
  let folder: RecordingFolder
  let patient: PatientSecret
  let gateway: GatewayIdentity
  private(set) var recording: [UInt8] = []
  private var finishedSegments: [UInt32] = []

  static let start: Int64 = 1_700_000_000_000_000_000
  static let dataset = DatasetDescription(
    stream: 1, category: 2, kind: .raw, sampleType: .int32, columns: 3, rowsPerChunk: 50)

  init(patient: PatientSecret? = nil) throws {
    root = FileManager.default.temporaryDirectory.path + "/fluxgate-vault-\(UUID().uuidString)"
    for name in ["", "/vault"] {
      try FileManager.default.createDirectory(
        atPath: root + name, withIntermediateDirectories: true)
    }
    folder = RecordingFolder(root + "/recording")
    self.patient = try patient ?? required(PatientSecret(name: "patient 1"))
    gateway = try required(GatewayIdentity(logName: "example.org/log"))
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  var vaultPath: String { root + "/vault" }
  func vault() throws -> DirectoryVault { try DirectoryVault(vaultPath) }
  var id: String { hexadecimal(recording) }

  var pairing: [UInt8] {
    Pairing(
      patient: patient.publicKey, gateway: gateway.publicKey,
      logVerifierKey: gateway.logVerifierKey, created: 1_700_000_000
    ).signed(by: patient)
  }

  /// A closed recording of `segments` segments, each in its own epoch.
  func record(segments: Int = 3) throws {
    let writer = try begin()
    for number in 0..<segments {
      if number > 0 { try writer.rollIfNeeded(at: Self.start + Int64(number) * 2_000) }
      try append(to: writer, number)
    }
    try writer.finish()
    try closeSegments()
  }

  func begin() throws -> RecordingWriter {
    let writer = try RecordingWriter(
      creating: folder.path, identity: gateway, recipients: [Recipient(patient.publicKey)],
      pairing: pairing, datasets: [Self.dataset],
      limits: SegmentLimits(epochNanoseconds: 1_000), now: Self.start,
      segmentFinished: { self.finishedSegments.append($0) })
    recording = writer.recording
    return writer
  }

  func append(to writer: RecordingWriter, _ number: Int) throws {
    let rows = (0..<150).flatMap { row -> [UInt8] in
      let value = UInt32(truncatingIfNeeded: (row + number) &* 2_654_435_761) >> 8
      return [UInt8(value & 255), UInt8(value >> 8 & 255), UInt8(value >> 16 & 255), 0]
    }
    try writer.append(
      ChunkContent(
        stream: 1, rows: rows, rowCount: 50, firstSample: UInt64(number) * 50,
        firstTime: Self.start + Int64(number) * 1_000_000,
        lastTime: Self.start + Int64(number + 1) * 1_000_000 - 1))
  }

  @discardableResult
  func closeSegments() throws -> [ClosedSegment] {
    let closer = SegmentCloser(folder: folder, key: gateway.identity)
    let closed = try finishedSegments.map { try closer.close($0) }
    finishedSegments = []
    return closed
  }

  /// Gives every segment a proof by `key`, the gateway's own log key where none is named.
  func prove(by key: SigningKey? = nil) throws {
    let log = try EmbeddedLog(
      directory: root + "/log-\(UUID().uuidString)", origin: gateway.logName,
      key: key ?? gateway.log)
    let closer = SegmentCloser(folder: folder, key: gateway.identity)
    for number in 1...UInt32(try files(folder.manifests).count) {
      let index = try log.append([try closer.close(number).entry])
      try write(folder.proof(number), try log.proof(of: index[0]).bytes)
    }
  }

  func files(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  func read(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  func write(_ path: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  func flip(_ path: String, at offset: Int) throws {
    var bytes = try read(path)
    bytes[offset] ^= 0x10
    try write(path, bytes)
  }

  func place(_ name: ObjectName) -> String { "\(vaultPath)/\(name.text)" }

  func swap(_ one: ObjectName, _ other: ObjectName) throws {
    let bytes = try read(place(one))
    try write(place(one), try read(place(other)))
    try write(place(other), bytes)
  }

  /// The segment's object, by the digest of its file.
  func segment(_ number: UInt32) throws -> ObjectName {
    .segment(digest: SHA256.digest(try read(folder.segment(number))))
  }

  /// Every file below a folder with its bytes.
  func contents(_ path: String) throws -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder)
      if !isFolder.boolValue { found[name] = try read("\(path)/\(name)") }
    }
    return found
  }
}

struct Missing: Error {}

func required<Value>(_ value: Value?) throws -> Value {
  guard let value else { throw Missing() }
  return value
}

/// The object that an error names, and what is wrong with it.
func refusal(_ body: () throws -> Void) -> (name: String, fault: ObjectFault)? {
  do {
    try body()
  } catch VaultError.refused(let name, let fault) {
    return (name, fault)
  } catch {
    return nil
  }
  return nil
}

/// The object that is said to be missing.
func missingObject(_ body: () throws -> Void) -> String? {
  do {
    try body()
  } catch VaultError.noObject(let name) {
    return name
  } catch {
    return nil
  }
  return nil
}
