import ArgumentParser
import Fluxgate
import FluxgateLedger
import FluxgateRecording
import FluxgateSeal
import Foundation

struct RecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Record devices into a sealed recording for one patient.",
    discussion: """
      Ctrl-C closes cleanly. Losing the terminal never stops a recording;
      `fluxgate status` finds it. While it runs, the key m sets a marker.
      """)

  @Option(name: .customLong("for"), help: "The patient's public key (patient.pub).")
  var patient: String
  @Option(help: "The patient's pairing (default: beside the key, ending in .pairing).")
  var pairing: String?
  @OptionGroup var devices: DeviceOptions
  @Option(help: "Folder for the recording (default: recording-<date>-<time>).")
  var out: String?
  @Option(help: "The patient's vault, to deliver closed segments to while recording.")
  var vault: String?
  @Option(help: "Stop after so many seconds.")
  var seconds: Double?
  @Option(help: "Length of an epoch in minutes, 1 to 60.")
  var epoch: Int = 10
  @OptionGroup var home: HomeOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    output.apply()
    // First of all: a lost terminal or an early Ctrl-C must find its handler.
    let signals = StopSignals()
    let plan = try makePlan()
    showRecipients(plan)
    // Before the first sample: nothing that can fail comes between start and closing.
    let note = try RunNote(home: home.place)
    let session = try RecordingSession.start(plan)
    let screen = RecordingScreen(session, note: note, seconds: seconds)
    let result = screen.run(until: signals)
    try SessionReport.show(result, folder: plan.folder)
  }

  private func makePlan() throws -> SessionPlan {
    guard (1...60).contains(epoch) else {
      throw Fault("C09", "an epoch is 1 to 60 minutes", remedy: "change --epoch", exit: .refused)
    }
    let identity = try home.place.identity(passphrase: passphrase.source)
    let key = try KeyFiles.patient(patient)
    let pairing = try KeyFiles.pairing(
      pairing ?? KeyPaths.sibling(of: patient, ending: "pairing"), of: key, with: identity)
    var plan = SessionPlan(
      devices: try devices.sources(home.place), folder: out ?? Self.freshName(),
      identity: identity, patient: key, pairing: pairing)
    plan.limits.epochNanoseconds = Int64(epoch) * 60_000_000_000
    plan.vault = vault
    plan.grants = try vault.map { try home.place.grants(in: $0, of: key) }
    plan.cursors = try home.place.cursors()
    let log = try home.place.openLog(identity)
    recoverOthers(beside: plan.folder, identity, log)
    plan.log = log
    plan.witnesses = try WitnessFile.read(home.place.witnessFile)
    plan.stamping = try home.place.stamping()
    return plan
  }

  /// What an earlier session left unfinished is closed and anchored before a new one begins.
  private func recoverOthers(
    beside folder: String, _ identity: GatewayIdentity, _ log: EmbeddedLog
  ) {
    let parent = URL(fileURLWithPath: folder).deletingLastPathComponent().path
    for outcome in RecordingRecovery.runAll(in: parent, identity: identity, log: log) {
      if let fault = outcome.fault { Console.complain(fault.text()) }
      guard let report = outcome.report, !report.changedNothing else { continue }
      Console.say(
        TextBlock.wrap(
          "Recovered \(outcome.folder), which was not closed.", columns: 80, hanging: 2))
    }
  }

  private func showRecipients(_ plan: SessionPlan) {
    Console.say("This recording can be opened by:")
    Console.say("  \(plan.patient.name)   \(plan.patient.fingerprint)   (the patient)")
    Console.say(Grantees.lines(plan))
    Console.say("and by nobody else. Recording to \(plan.folder)")
    if plan.grants != nil {
      Console.say("Grants that the patient makes or ends while it runs are followed.")
    }
    if let fault = plan.grants?.look() { Console.complain(fault.text()) }
  }

  private static func freshName() -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "UTC")
    formatter.dateFormat = "yyyyMMdd-HHmmss"
    return "recording-" + formatter.string(from: Date())
  }
}

/// The end of a recording in words and numbers.
enum SessionReport {
  struct Account: Encodable {
    let device, stream: String
    let stored, lost, received: UInt64
    let lostByCause: [String: UInt64]
    let digest: String
  }

  struct Report: Encodable {
    let folder: String
    let streams: [Account]
    let faults: [FaultReport]
  }

  static func show(_ result: SessionResult, folder: String) throws {
    Console.say("stream                    received    stored    lost  cause")
    Console.say(result.accounts.map(line))
    for fault in result.faults { Console.complain(fault.text()) }
    Console.say(CosigningLines.lines(result.cosigning))
    Console.say(DatingLines.lines(result.dating))
    Console.say("Closed: \(folder)")
    Console.report(
      Report(
        folder: folder, streams: result.accounts.map(account),
        faults: result.faults.map(FaultReport.init)))
    try Console.end(result.exit)
  }

  static func line(_ account: SessionResult.Account) -> String {
    let causes = account.lost.filter { $0.value > 0 }.map { "\($0.key)" }.sorted()
    let line =
      StatusText.pad("\(account.device).\(account.stream)", 24)
      + StatusText.right(String(account.received), 10)
      + StatusText.right(String(account.stored), 10)
      + StatusText.right(String(account.lostTotal), 8)
    if account.unstored > 0 { return line + "  not stored: \(account.unstored)" }
    return causes.isEmpty ? line : line + "  " + causes.joined(separator: " ")
  }

  private static func account(_ account: SessionResult.Account) -> Account {
    Account(
      device: account.device, stream: account.stream, stored: account.stored,
      lost: account.lostTotal, received: account.received,
      lostByCause: Dictionary(
        uniqueKeysWithValues: account.lost.map { ("\($0.key)", $0.value) }),
      digest: Digits.hexadecimal(account.digest))
  }
}
