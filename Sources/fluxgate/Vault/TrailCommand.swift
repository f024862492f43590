import ArgumentParser
import Fluxgate
import FluxgateLedger
import FluxgateSeal
import FluxgateVault

struct TrailCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trail",
    abstract: "Show the patient who was given what, when and why, and whether that was changed.",
    discussion: """
      Every entry of the vault's ledger is opened and compared. The newest
      checkpoint that was seen is kept, and the ledger must go on from it.
      """)

  @Option(help: "The patient's secret.")
  var key = "patient.secret"
  @Option(help: "The vault's address, or its folder.")
  var vault: String
  @Option(help: "The home of the vault's server, for a vault that is a folder.")
  var server: String?
  @Option(help: "The ledger's verifier key, or a file with it (default: as seen before).")
  var ledger: String?
  @Option(help: "A checkpoint to go on from, besides the newest that was seen.")
  var since: String?
  @Option(help: "Certificate authorities to trust instead of the system's, PEM.")
  var ca: String?
  @OptionGroup var witnesses: WitnessOptions
  @OptionGroup var home: HomeOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    output.apply()
    let secret = try KeyFiles.secret(key, passphrase: passphrase.source)
    let quorum = try witnesses.trusted(home.place)
    let place = try TrailPlace(vault: vault, server: server, secret: secret, authority: ca)
    let seen = SeenLogs(home.place)
    let patient = secret.publicKey.keyFingerprint
    let known = try ledger.map { (text) throws(Fault) in
      try VerifierKeyArgument.read(text, type: .ed25519)
    }
    let pinned = try known ?? seen.key(at: place.name, of: patient)
    let log = try AsyncWork.wait { () async throws(Fault) in
      if let pinned { pinned } else { try await place.ownKey() }
    }
    let older = try since.map { (path) throws(Fault) in try DurableFile.read(path) }
    let before = try [older, seen.checkpoint(of: log)].compactMap(\.self)
    let report = try AsyncWork.wait { () async throws(Fault) in
      do throws(TrailError) {
        return try await Trail.read(place.source, log: log, secret: secret, since: before)
      } catch { throw .trail(error) }
    }
    if report.isContinuous, let note = report.note {
      try seen.keep(log, at: place.name, of: patient)
      try seen.keep(note, of: log)
    }
    let text = TrailText(
      report, log: log, isFirstLook: pinned == nil, witnesses: quorum, patient: secret.publicKey)
    Console.say(text.lines)
    Console.report(text.report)
    try Console.end(report.isSound ? .done : .damaged)
  }
}

extension TrailReport {
  /// The log itself is whole and goes on from what was seen: its checkpoint can be gone on from.
  fileprivate var isContinuous: Bool {
    findings.allSatisfy {
      switch $0 {
      case .recordMissing, .recordAltered, .time, .unpermitted, .consentMissing: true
      default: false
      }
    }
  }
}
