import ArgumentParser
import Fluxgate
import FluxgateLedger

struct LedgerVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a whole log: entries, tiles, root, signatures, stamps.",
    discussion: """
      With --since it also shows that the log still holds everything that it held
      when that checkpoint was kept. Ends with 0 when all holds, 4 otherwise.
      """)

  @OptionGroup var home: HomeOptions
  @Option(help: "A checkpoint of this log that you kept. May be given again.")
  var since: [String] = []
  @OptionGroup var output: OutputOptions

  func run() throws {
    output.apply()
    let place = try LedgerPlace(home: home.place.path)
    let log = try place.log()
    try LedgerHistory.audit(log)
    for path in since {
      let older = try LedgerHistory.checkpoint(try DurableFile.read(path), of: log)
      try LedgerHistory.require(log, goesThrough: older)
      Console.say(LedgerWords.row("extends", "the \(older.size) entries of \(path)"))
    }
    let status = try LedgerStatus(place)
    if let fault = status.stampFaults.first { throw fault }
    Console.say(LedgerWords.lines(status))
    Console.say(LedgerWords.row("verdict", "INTACT: every entry, tile, signature and stamp holds"))
    Console.report(LedgerReport(status))
  }
}
