import ArgumentParser
import Fluxgate
import FluxgateLedger

struct LedgerStampCommand: ParsableCommand {
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

  func run() throws {
    output.apply()
    let place = try LedgerPlace(home: home.place.path)
    let log = try place.log()
    guard log.head.size > 0 else {
      Console.say("The log is empty: there is nothing to date.")
      return Console.report(Report(stamp: nil, isNew: false))
    }
    let isNew = !place.shelf.holds(log.head.size)
    let dated = try isNew ? stamp(log, place) : kept(log, place)
    Console.say(LedgerWords.row("dated", "\(log.head.size) entries: \(LedgerWords.date(dated))"))
    Console.report(Report(stamp: .init(dated), isNew: isNew))
  }

  private func stamp(_ log: LogReader, _ place: LedgerPlace) throws(Fault) -> DatedHead {
    let stamping = Stamping(
      shelf: place.shelf, authorities: try place.authorityFile.read())
    return try AsyncWork.wait { () async throws(Fault) in
      try await stamping.stamp(log.note, log.head)
    }
  }

  private func kept(_ log: LogReader, _ place: LedgerPlace) throws(Fault) -> DatedHead {
    try DatedHead(
      place.shelf.item(log.head.size), log: log.verifierKey,
      authorities: place.authorityFile.read())
  }
}
