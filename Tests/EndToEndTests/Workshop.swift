import Fluxgate
import FluxgateRecording
import FluxgateSeal
import Foundation

/// A temporary folder with a gateway, a patient and their pairing, as values and as files.
final class Workshop {
  let root: String
  let home: GatewayHome
  let identity: GatewayIdentity
  let patient: PatientSecret
  let pairing: [UInt8]

  init() throws {
    root = FileManager.default.temporaryDirectory.path + "/fluxgate-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    home = GatewayHome(path: root + "/home")
    identity = try home.createIdentity(logName: "gateway.example/log")
    patient = try required(PatientSecret(name: "study-001"))
    pairing = Pairing(
      patient: patient.publicKey, gateway: identity.publicKey,
      logVerifierKey: identity.logVerifierKey, created: 1_700_000_000
    ).signed(by: patient)
    try DurableFile.replace(root + "/patient.pub", with: [UInt8](patient.publicKey.text.utf8))
    try DurableFile.replace(root + "/patient.pairing", with: pairing)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  /// The recording of this workshop.
  var recording: RecordingFolder { RecordingFolder(root + "/recording") }

  func plan(_ devices: [DeviceSource], folder: String? = nil) throws -> SessionPlan {
    var plan = SessionPlan(
      devices: devices, folder: folder ?? recording.path, identity: identity,
      patient: patient.publicKey, pairing: pairing)
    plan.log = try home.openLog(identity)
    plan.cursors = try home.cursors()
    plan.diskReserve = 0
    return plan
  }

  /// The words of `fluxgate record` for these devices.
  func recordWords(_ devices: [String], folder: String? = nil) -> [String] {
    ["record", "--for", root + "/patient.pub", "--home", home.path]
      + ["--out", folder ?? recording.path] + devices.flatMap { ["--device", $0] }
  }

  func verify(_ folder: RecordingFolder? = nil) throws -> VerificationReport {
    try RecordingCheck.run((folder ?? recording).path, patient: patient.publicKey)
  }

  func open(_ folder: RecordingFolder? = nil) throws -> RecordingReader {
    try RecordingReader(opening: folder ?? recording, secret: patient)
  }
}

struct Missing: Error {}

func required<Value>(_ value: Value?) throws -> Value {
  guard let value else { throw Missing() }
  return value
}

/// Every file under a folder with its bytes.
func contents(of folder: String) throws -> [String: Data] {
  var files: [String: Data] = [:]
  for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
    var isFolder: ObjCBool = false
    let path = folder + "/" + name
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    files[name] = isFolder.boolValue ? Data() : try Data(contentsOf: URL(fileURLWithPath: path))
  }
  return files
}
