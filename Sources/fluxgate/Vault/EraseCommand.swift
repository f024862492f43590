import ArgumentParser
import Fluxgate
import FluxgateConsent
import FluxgateLedger
import FluxgateSeal
import FluxgateVault
import Foundation

struct EraseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "erase",
    abstract: "Destroy the keys of data for good, everywhere they lie.",
    discussion: """
      The patient signs a tombstone and the vault destroys the keys, spans and,
      with a whole recording, the salt. A time takes every epoch that it meets.
      Beside a gateway, --apply does the same to its own copies. Nothing can be
      undone, and what somebody has read already cannot be unread.
      """)

  @Argument(help: "With --apply: folders of recordings.")
  var folder: [String] = []
  @Flag(help: "Erase here what patients have erased in the vault.")
  var apply = false
  @Option(help: "With --apply: a folder whose recordings are all looked at.")
  var recordings: String?
  @Option(help: "With --apply: only this patient's tombstones (public key).")
  var patient: String?
  @Option(help: "The vault: a folder, or a server's address.")
  var vault: String
  @Option(help: "The patient's secret.")
  var key: String?
  @OptionGroup var scope: ErasureOptions
  @Flag(help: "Show what would go, and do nothing.")
  var dryRun = false
  @Option(help: "A server's ledger key, or a file with it (default: as seen before).")
  var ledger: String?
  @Option(help: "Certificate authorities to trust instead of the system's, PEM.")
  var ca: String?
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var home: HomeOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    output.apply()
    if apply { return try runApply() }
    guard folder.isEmpty, recordings == nil, patient == nil else {
      throw Fault(
        "E20", "folders and --patient belong to --apply", state: "Nothing was erased.",
        remedy: "name what to erase by --recording, --category, --from, --until or --person",
        exit: .refused)
    }
    let wish = try scope.wish()
    let secret = try KeyFiles.secret(key ?? "patient.secret", passphrase: passphrase.source)
    let desk = try ErasureDesk(vault, secret: secret, authority: ca)
    let plan = try desk.plan(wish)
    Console.say(ErasureText.lines(plan, wish))
    if dryRun { return Console.report(ErasureText.Report(plan, wish, done: [])) }
    try confirm()
    let log = try ledgerKey(of: desk, secret.publicKey.keyFingerprint)
    let done = try plan.scopes.map { (scope) throws(Fault) in try desk.erase(scope, log: log) }
    Console.say(done.flatMap { ErasureText.lines($0) })
    Console.report(ErasureText.Report(plan, wish, done: done))
    let isDone = done.allSatisfy { $0.recordings.allSatisfy(\.isDone) } && plan.isComplete
    try Console.end(isDone ? .done : .incomplete)
  }

  /// The key that a receipt is checked by; nil for a vault that is a folder, which gives none.
  private func ledgerKey(
    of desk: ErasureDesk, _ patient: KeyFingerprint
  ) throws(Fault) -> VerifierKey? {
    if let ledger { return try VerifierKeyArgument.read(ledger, type: .ed25519) }
    if let seen = try SeenLogs(home.place).key(at: vault, of: patient) { return seen }
    guard let key = try desk.ownKey() else { return nil }
    Console.say("The receipt is checked by the server's own key: give --ledger, or see `trail`.")
    return key
  }

  /// A person at a terminal is asked once; a program has said what it wants.
  private func confirm() throws(Fault) {
    guard !output.json, isatty(STDIN_FILENO) == 1 else { return }
    Console.say("Nothing of this can be undone. Type erase to go on:")
    guard readLine() == "erase" else {
      throw Fault("E21", "nothing was erased", remedy: "type erase when asked", exit: .refused)
    }
  }

  private func runApply() throws {
    let folders = folder + (recordings.map { RecordingRecovery.folders(in: $0) } ?? [])
    guard !folders.isEmpty || recordings != nil, scope.isEmpty, !dryRun else {
      throw Fault(
        "E22", "--apply takes folders of recordings and does what the tombstones say",
        state: "Nothing was erased.", remedy: "give folders, or --recordings FOLDER",
        exit: .refused)
    }
    let store: DirectoryVault
    do throws(VaultError) { store = try DirectoryVault(vault) } catch { throw Fault.vault(error) }
    let secret = try key.map { (path) throws(Fault) in
      try KeyFiles.secret(path, passphrase: passphrase.source)
    }
    let patient = try patient.map { (path) throws(Fault) in try KeyFiles.patient(path) }
    let report = try GatewayErasure(
      vault: store, home: home.place, patient: patient ?? secret?.publicKey, secret: secret
    ).run(folders)
    AppliedText.show(report)
    try Console.end(report.isDone ? .done : .incomplete)
  }
}

/// What is to be erased.
struct ErasureOptions: ParsableArguments {
  @Option(help: "The recording's id (default: all recordings).")
  var recording: String?
  @Option(help: "Kinds of data, joined by commas (default: all).")
  var category: CategoryList?
  @Option(help: "Epochs that hold anything from this time on (2026-11-21T08:00:00Z).")
  var from: Instant?
  @Option(help: "Epochs that hold anything from before this time.")
  var until: Instant?
  @Flag(help: "Everything there is of the patient.")
  var person = false
  @Flag(help: "Delete the sealed data, too, where no key of it is left.")
  var ciphertext = false

  private var isNarrowed: Bool {
    recording != nil || category != nil || from != nil || until != nil
  }
  var isEmpty: Bool { !isNarrowed && !person && !ciphertext }

  func wish() throws(Fault) -> ErasureWish {
    guard person != isNarrowed else {
      throw Fault(
        "E23", "it is not said what to erase", state: "Nothing was erased.",
        remedy: "give --recording, --category, --from or --until; or --person alone for all",
        exit: .refused)
    }
    let id = recording.flatMap { Digits.bytes($0) }
    guard recording == nil || id?.count == 16 else {
      throw Fault(
        "E24", "this is no recording's id", remedy: "give 32 hexadecimal digits", exit: .refused)
    }
    if let from, let until, from.seconds >= until.seconds {
      throw Fault("E25", "--until is not after --from", remedy: "check the times", exit: .refused)
    }
    return ErasureWish(
      recording: id, categories: category?.codes,
      window: TimeWindow(from: from?.seconds, until: until?.seconds),
      takesCiphertext: ciphertext)
  }
}
