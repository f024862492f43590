import ArgumentParser
import Fluxgate
import FluxgateConsent
import FluxgateLedger
import FluxgateSeal
import FluxgateVault

struct ReadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read",
    abstract: "Fetch from a patient's vault what a grant permits, and verify it.",
    discussion: """
      Each recording becomes a folder below --out, sealed as it was: `open` and
      `export` show it with the same key. Whatever is asked for is an entry in
      the vault's ledger, which the patient reads. May be repeated: it goes on.
      """)

  @Option(help: "The vault's address, for example https://vault.example.")
  var vault: String
  @Option(help: "The reader's secret.")
  var key: String
  @Option(help: "The patient's public key: whose recordings they must be.")
  var patient: String
  @Option(help: "What to read, joined by commas: \(CategoryList.names).")
  var category: CategoryList
  @Option(help: "Why: an HL7 code such as TREAT or HRESCH.")
  var purpose: String
  @Option(help: "Measurements from this time on (2026-11-21T08:00:00Z or seconds).")
  var from: Instant?
  @Option(help: "Measurements before this time.")
  var until: Instant?
  @Option(help: "The recording's id (default: all that the grant covers).")
  var recording: String?
  @Option(help: "How much of the person: deidentified, pseudonymous or identified.")
  var identity = "pseudonymous"
  @Option(help: "The folder that recordings are put into.")
  var out: String
  @Option(help: "Certificate authorities to trust instead of the system's, PEM.")
  var ca: String?
  @OptionGroup var witnesses: WitnessOptions
  @OptionGroup var home: HomeOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  struct Report: Encodable {
    struct Recording: Encodable {
      let recording, path: String
      let fetched, alreadyThere: Int
      let verification: Verdict.Report
    }

    let release: String
    let consent: String?
    let index: UInt64
    let recordings: [Recording]
    let damaged: [String]
  }

  func run() throws {
    output.apply()
    let request = try request()
    let patient = try KeyFiles.patient(patient)
    let quorum = try witnesses.trusted(home.place)
    let remote = try remote()
    let (release, fetched) = try AsyncWork.wait { [out] () async throws(Fault) in
      do throws(RemoteError) {
        let release = try await remote.release(request)
        let fetched = try await remote.fetch(
          release, into: out, patient: patient, witnesses: quorum)
        return (release, fetched)
      } catch {
        throw .remote(error)
      }
    }
    try show(
      release,
      fetched.map { ($0, Verdict($0.verification, trust: .patient(patient), witnesses: quorum)) })
  }

  private func remote() throws(Fault) -> RemoteVault {
    let secret = try KeyFiles.secret(key, passphrase: passphrase.source)
    do throws(RemoteError) {
      return try RemoteVault(vault, secret: secret, authority: ca)
    } catch {
      throw .remote(error)
    }
  }

  private func request() throws(Fault) -> ReleaseRequest {
    guard let level = IdentityLevel.allCases.first(where: { $0.name == identity }) else {
      throw Fault(
        "V39", "\"\(identity)\" is no level of identity",
        remedy: "choose deidentified, pseudonymous or identified", exit: .refused)
    }
    do throws(ServiceError) {
      return try ReleaseRequest(
        recording: try recordingID(), categories: category.codes,
        window: TimeWindow(from: from?.seconds, until: until?.seconds), purpose: purpose,
        identity: level)
    } catch {
      throw .service(error)
    }
  }

  private func recordingID() throws(ServiceError) -> [UInt8]? {
    guard let recording else { return nil }
    guard let id = Digits.bytes(recording), id.count == 16 else { throw .malformed("--recording") }
    return id
  }

  private func show(
    _ release: Release, _ fetched: [(recording: FetchedRecording, verdict: Verdict)]
  ) throws {
    Console.say("Released; entry \(release.index) of the vault's ledger.")
    for (recording, verdict) in fetched {
      Console.say("\n\(recording.path)")
      Console.say(verdict.lines())
    }
    for recording in release.damaged {
      Console.say("left out, damaged in the vault: \(Digits.hexadecimal(recording))")
    }
    if fetched.isEmpty { Console.say("There is nothing that the grant covers.") }
    Console.report(report(release, fetched))
    let worst = fetched.map(\.verdict.exit.rawValue).max() ?? ExitStatus.incomplete.rawValue
    let isWhole = release.damaged.isEmpty
    try Console.end(isWhole ? ExitStatus(rawValue: worst) ?? .failed : .damaged)
  }

  private func report(
    _ release: Release, _ fetched: [(recording: FetchedRecording, verdict: Verdict)]
  ) -> Report {
    Report(
      release: Digits.hexadecimal(release.id), consent: release.consent?.text,
      index: release.index,
      recordings: fetched.map { recording, verdict in
        .init(
          recording: recording.recording, path: recording.path, fetched: recording.fetchedCount,
          alreadyThere: recording.alreadyThereCount,
          verification: verdict.report(recording.path))
      }, damaged: release.damaged.map { Digits.hexadecimal($0) })
  }
}
