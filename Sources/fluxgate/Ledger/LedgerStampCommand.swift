import ArgumentParser
import Fluxgate
import FluxgateLedger

struct LedgerStampCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stamp",
    abstract: "Have the log's last checkpoint dated by a time-stamp authority.",
    discussion: "The authority sees a SHA-256 and nothing else. One stamp dates all before it.")

  @OptionGroup var home: HomeOptions
  @OptionGroup var output: OutputOptions

  struct Report: Encodable {
    let stamp: LedgerReport.Stamp?
    let isNew: Bool
  }

  func run() async throws {
    output.apply()
    let place = try LedgerPlace(home: home.place.path)
    let log = try place.log()
    guard log.head.size > 0 else {
      Console.say("The log is empty: there is nothing to date.")
      return Console.report(Report(stamp: nil, isNew: false))
    }
    let isNew = !place.shelf.holds(log.head.size)
    let authorities = try place.authorityFile.read()
    let dated =
      isNew
      ? try await Stamping(shelf: place.shelf, authorities: authorities).stamp(log.note, log.head)
      : try DatedHead(
        place.shelf.item(log.head.size), log: log.verifierKey, authorities: authorities)
    Console.say(LedgerWords.row("dated", "\(log.head.size) entries: \(LedgerWords.date(dated))"))
    Console.report(Report(stamp: .init(dated), isNew: isNew))
  }
}
