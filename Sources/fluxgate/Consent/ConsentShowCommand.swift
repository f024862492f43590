import ArgumentParser
import Fluxgate
import FluxgateConsent
import FluxgateSeal

struct ConsentShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one grant in full.")

  @Argument(help: "The grant's id.")
  var id: String
  @OptionGroup var place: ConsentPlaceOptions
  @OptionGroup var output: OutputOptions

  struct Report: Encodable {
    let grant: GrantReport
    let termsDigest, receipt: String
    let isSummaryTheTerms: Bool
  }

  func run() throws {
    output.apply()
    let book = try place.store().book()
    let grant = try Self.grant(try ConsentScope.id(id), in: book)
    let report = GrantReport(grant, in: book, at: ConsentScope.now)
    let text = GrantText(grant: grant)
    let isSummary = SHA256.digest(text.bytes) == grant.termsDigest
    Console.say(text.lines)
    Console.say("  id           \(grant.id)")
    Console.say("  state        \(report.state)")
    if let end = report.revokedAt { Console.say("  revoked      \(Instant.text(end))") }
    if let parent = grant.parent { Console.say("  passes on    \(parent)") }
    Console.say("  signed by    \(grant.signer)")
    Console.say("  receipt      \(Digits.hexadecimal(grant.receipt))")
    Console.say(
      LabelledText.lines(
        "  text shown", isSummary ? "this summary" : Digits.hexadecimal(grant.termsDigest),
        width: 15))
    Console.report(
      Report(
        grant: report, termsDigest: Digits.hexadecimal(grant.termsDigest),
        receipt: Digits.hexadecimal(grant.receipt), isSummaryTheTerms: isSummary))
  }

  static func grant(_ id: ConsentID, in book: ConsentBook) throws(Fault) -> ConsentGrant {
    if let grant = book.grant(id) { return grant }
    throw .consent(.unknownGrant(id))
  }
}
