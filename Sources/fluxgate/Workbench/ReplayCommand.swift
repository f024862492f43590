import ArgumentParser
import Fluxgate
import FluxgateDevice
import FluxgateRecording
import FluxgateSeal
import Foundation

struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Run a capture through the same path as live devices.",
    discussion: """
      Without --out or --compare: rows, losses and digests of each stream.
      With --for and --out: a sealed recording. With --compare: where the
      capture and another capture or recording differ; ends with 1 if they do.
      Results do not depend on the speed.
      """)

  @Argument(help: "The capture (pcapng).")
  var file: String
  @Option(
    name: .customLong("device"),
    help: ArgumentHelp(
      "A link of the capture and its profile; needed where the capture does not say.",
      valueName: "name=profile"))
  var devices: [String] = []
  @Option(help: "1 for the capture's own pace, 10 for ten times faster (default: no waiting).")
  var speed: Double?
  @Option(name: .customLong("for"), help: "The patient's public key, for a recording.")
  var patient: String?
  @Option(help: "The patient's pairing (default: beside the key, ending in .pairing).")
  var pairing: String?
  @Option(help: "Folder for the recording.")
  var out: String?
  @Option(help: "A capture, or a recording's folder with --key.")
  var compare: String?
  @Option(help: "The patient's secret, to open the recording that is compared.")
  var key: String?
  @Option(help: "A folder of profiles, looked at before all others.")
  var profiles: String?
  @OptionGroup var home: HomeOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if let speed, !(speed > 0 && speed <= 1e6) {
      throw ValidationError("--speed is more than 0 and at most 1000000")
    }
    guard (patient == nil) == (out == nil) else {
      throw ValidationError("--for and --out belong together")
    }
    if out != nil, compare != nil { throw ValidationError("--out or --compare, not both") }
  }

  func run() throws {
    output.apply()
    let replay = try load(file)
    if let out, let patient {
      try record(replay, for: patient, into: out)
    } else if let compare {
      try ComparisonReport.show(
        left: file, try run(replay).streams, right: compare, try other(compare))
    } else {
      ReplayReport.show(file, try run(replay))
    }
  }

  private func run(_ replay: CaptureReplay) throws -> ReplayRun {
    let run = try ReplayRun.run(replay)
    ReplayReport.complain(run.sent)
    return run
  }

  private func load(_ path: String) throws -> CaptureReplay {
    try CaptureReplay(
      path: path,
      profiles: try devices.map { text in
        let spec = try DeviceSpec.parse(text)
        return (spec.name, spec.profile)
      }, library: try ProfileFolders.load(named: profiles, home: home.place), speed: speed)
  }

  private func other(_ path: String) throws -> [CollectedStream] {
    guard URL(fileURLWithPath: path).hasDirectoryPath else { return try run(load(path)).streams }
    guard let key else {
      throw Fault(
        "C12", "\(path) is a recording: only its patient opens it",
        remedy: "add --key patient.secret", exit: .refused)
    }
    return try RecordedRun.read(
      RecordingFolder(path), secret: try KeyFiles.secret(key, passphrase: passphrase.source))
  }

  private func record(_ replay: CaptureReplay, for patient: String, into folder: String) throws {
    let identity = try home.place.identity(passphrase: passphrase.source)
    let key = try KeyFiles.patient(patient)
    let pairing = try KeyFiles.pairing(
      pairing ?? KeyPaths.sibling(of: patient, ending: "pairing"), of: key, with: identity)
    var plan = SessionPlan(
      devices: replay.devices.map(\.source), folder: folder, identity: identity, patient: key,
      pairing: pairing)
    plan.endsWithDevices = true
    plan.log = try home.place.openLog(identity)
    Console.say("This recording can be opened by \(key.name)   \(key.fingerprint)")
    let signals = StopSignals()
    let session = try RecordingSession.start(plan)
    while !session.devicesHaveEnded, !signals.isRaised {
      Thread.sleep(forTimeInterval: 0.02)
      session.refreshMetadata()
    }
    let result = session.finish()
    ReplayReport.complain(
      replay.devices.map(\.sent))
    try SessionReport.show(result, folder: folder)
  }
}
