import ArgumentParser
import Fluxgate
import FluxgateLedger
import FluxgateRecording
import FluxgateSeal
import FluxgateVault

struct PullCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Bring a recording back from a vault with nothing but the patient's key.",
    discussion: "It is verified before its folder gets its name. --list shows what is there.")

  @Option(help: "The vault's folder.")
  var vault: String
  @Option(help: "The recording's id; not needed when the vault holds one only.")
  var recording: String?
  @Option(help: "The patient's secret.")
  var key = "patient.secret"
  @Option(help: "The folder to make.")
  var out: String?
  @Flag(help: "List the recordings in the vault; needs no key.")
  var list = false
  @OptionGroup var witnesses: WitnessOptions
  @OptionGroup var home: HomeOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    output.apply()
    let store = try Self.open(vault)
    if list { return try VaultList.show(store) }
    guard let out else {
      throw Fault(
        "C13", "no folder to pull into", remedy: "give --out FOLDER, or --list", exit: .refused)
    }
    let quorum = try witnesses.trusted(home.place)
    let secret = try KeyFiles.secret(key, passphrase: passphrase.source)
    let report = try pull(store, into: out, secret, quorum)
    let verdict = Verdict(
      report.verification, trust: .patient(secret.publicKey), witnesses: quorum)
    Console.say(
      "Pulled \(report.fetchedCount) objects, \(StatusText.bytes(Double(report.byteCount))); "
        + "\(report.alreadyThereCount) were there already.")
    Console.say(verdict.lines())
    Console.report(
      Report(
        recording: report.recording, out: out, fetched: report.fetchedCount,
        alreadyThere: report.alreadyThereCount, bytes: report.byteCount,
        verification: verdict.report(out)))
    try Console.end(verdict.exit)
  }

  struct Report: Encodable {
    let recording, out: String
    let fetched, alreadyThere: Int
    let bytes: UInt64
    let verification: Verdict.Report
  }

  private func pull(
    _ store: DirectoryVault, into out: String, _ secret: PatientSecret, _ quorum: WitnessQuorum
  ) throws -> PullReport {
    var lines = TransferLines()
    do throws(VaultError) {
      return try Pull.run(
        store, recording: recording, into: out, patient: secret, witnesses: quorum
      ) {
        lines.show($0.name, done: $0.done, total: $0.total)
      }
    } catch {
      throw Fault.vault(error)
    }
  }

  private static func open(_ path: String) throws(Fault) -> DirectoryVault {
    do throws(VaultError) { return try DirectoryVault(path) } catch { throw .vault(error) }
  }
}

/// What a vault shows to anybody.
enum VaultList {
  struct Report: Encodable {
    let recording: String
    let segments: Int
    let bytes: UInt64
    let isClosed, isErased: Bool
    let patient, fault: String?
  }

  static func show(_ store: DirectoryVault) throws {
    let found: [RecordingSummary]
    do throws(VaultError) { found = try Pull.list(store) } catch { throw Fault.vault(error) }
    if found.isEmpty { Console.say("The vault holds no recording.") }
    for summary in found { Console.say(lines(summary)) }
    Console.report(
      found.map {
        Report(
          recording: $0.recording, segments: $0.segmentCount, bytes: $0.byteCount,
          isClosed: $0.isClosed, isErased: $0.isErased, patient: $0.patient, fault: $0.fault)
      })
    if found.contains(where: { $0.fault != nil }) { try Console.end(.damaged) }
  }

  private static func lines(_ summary: RecordingSummary) -> [String] {
    let state = summary.isErased ? "erased" : summary.isClosed ? "closed" : "not closed"
    var lines = [
      summary.recording,
      "  \(summary.segmentCount) segments, \(StatusText.bytes(Double(summary.byteCount))), \(state)",
    ]
    if let patient = summary.patient { lines.append("  for \(patient)") }
    if let fault = summary.fault {
      lines += TextBlock.wrap("  DAMAGED: \(fault)", columns: 80, hanging: 2)
    }
    return lines
  }
}
