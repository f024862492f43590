import ArgumentParser
import Fluxgate
import FluxgateConsent

struct ConsentListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List what was granted and forbidden, and where it stands.")

  @OptionGroup var place: ConsentPlaceOptions
  @Flag(help: "Only what is in force now.")
  var live = false
  @OptionGroup var output: OutputOptions

  struct Report: Encodable {
    let grants: [GrantReport]
    let refused: [String]
  }

  func run() throws {
    output.apply()
    let store = try place.store()
    let book = try store.book()
    let now = ConsentScope.now
    let reports = book.grants.map { GrantReport($0, in: book, at: now) }
      .filter { !live || $0.state == GrantState.live.rawValue }
    if reports.isEmpty { Console.say("Nobody is granted anything.") }
    for report in reports { Console.say(Self.lines(report)) }
    let refused = try store.refused(book)
    for text in refused {
      Console.say(TextBlock.wrap("DOES NOT COUNT: \(text)", columns: 80, hanging: 2))
    }
    Console.report(Report(grants: reports, refused: refused))
    if !refused.isEmpty { try Console.end(.damaged) }
  }

  private static func lines(_ report: GrantReport) -> [String] {
    let effect = report.effect == "deny" ? "forbids " : ""
    let end = report.revokedAt ?? report.validUntil ?? 0
    let isOver = report.revokedAt != nil || report.state == GrantState.ended.rawValue
    return TextBlock.wrap(
      "\(report.id)  \(report.state), \(isOver ? "since" : "until") \(Instant.text(end))",
      columns: 80, hanging: 2)
      + TextBlock.wrap("  \(effect)\(report.grantee)", columns: 80, hanging: 4)
      + ["  \(report.fingerprint)"]
      + TextBlock.wrap(
        "  \(report.categories.joined(separator: ", ")); "
          + "\(report.actions.joined(separator: ", ")); "
          + report.purposes.joined(separator: ", "), columns: 80, hanging: 4)
  }
}
