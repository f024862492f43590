import ArgumentParser
import Fluxgate
import FluxgateConsent
import FluxgateSeal

struct ConsentExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say whether a request would be permitted, and why.",
    discussion: "Judged by the records in the vault; --at judges another instant.")

  @Option(help: "The reader's public key.")
  var reader: String
  @Option(help: "Kinds of data, joined by commas: \(CategoryList.names).")
  var category: CategoryList
  @Option(help: "The purpose, an HL7 ActReason code.")
  var purpose: String
  @Option(help: "The action: read, live, compute or reshare.")
  var action = "read"
  @Option(help: "The identity level: identified, pseudonymous or deidentified.")
  var identity = IdentityLevel.pseudonymous.name
  @Option(help: "Data measured from then on.")
  var dataFrom: Instant?
  @Option(help: "Data measured before then.")
  var dataUntil: Instant?
  @Option(help: "The instant of the request (default: now).")
  var at: Instant?
  @OptionGroup var place: ConsentPlaceOptions
  @OptionGroup var output: OutputOptions

  struct Report: Encodable {
    struct Grant: Encodable {
      let id: String
      let misses: [String]
    }
    let permit: Bool
    let grant, refusal: String?
    let at: Int64
    let grants: [Grant]
  }

  func run() throws {
    output.apply()
    let book = try place.store().book()
    let instant = at?.seconds ?? ConsentScope.now
    let request = try request()
    let decision = book.decide(request, at: instant)
    let grants = book.explain(request, at: instant)
    Console.say(TextBlock.wrap(Self.words(decision, instant), columns: 80, hanging: 2))
    for (id, misses) in grants {
      let words = misses.map(ConsentWords.text).joined(separator: "; ")
      Console.say("  \(id)")
      Console.say(
        TextBlock.wrap("    \(misses.isEmpty ? "permits it" : words)", columns: 80, hanging: 4))
    }
    Console.report(report(decision, instant, grants))
  }

  private func request() throws(Fault) -> ConsentRequest {
    let purposes = try ConsentScope.purposes(purpose)
    guard purposes.count == 1, let purpose = purposes.first else {
      throw Fault("G12", "a request has one purpose", remedy: "give one", exit: .refused)
    }
    return ConsentRequest(
      reader: try KeyFiles.patient(reader).keyFingerprint,
      categories: category.codes,
      action: try ConsentScope.action(action), purpose: purpose,
      data: try ConsentScope.window(from: dataFrom, until: dataUntil),
      identity: try ConsentScope.identity(identity))
  }

  private static func words(_ decision: ConsentDecision, _ instant: Int64) -> String {
    switch decision {
    case .permit(let id): "PERMITTED at \(Instant.text(instant)) by \(id)"
    case .deny(let refusal):
      "REFUSED at \(Instant.text(instant)): \(ConsentWords.text(refusal))"
    }
  }

  private func report(
    _ decision: ConsentDecision, _ instant: Int64, _ grants: [(ConsentID, [ConsentRefusal])]
  ) -> Report {
    var permitting: String?
    var refusal: String?
    switch decision {
    case .permit(let id): permitting = id.text
    case .deny(let reason): refusal = reason.code
    }
    return Report(
      permit: permitting != nil, grant: permitting, refusal: refusal, at: instant,
      grants: grants.map { Report.Grant(id: $0.0.text, misses: $0.1.map(\.code)) })
  }
}
