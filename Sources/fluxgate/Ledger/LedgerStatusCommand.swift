import ArgumentParser
import Fluxgate

struct LedgerStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show a log's head, who has cosigned it and how far it is dated.")

  @OptionGroup var home: HomeOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    output.apply()
    let status = try LedgerStatus(try LedgerPlace(home: home.place.path))
    Console.say(LedgerWords.lines(status))
    for fault in status.stampFaults { Console.complain(fault.text()) }
    Console.report(LedgerReport(status))
    try Console.end(status.stampFaults.isEmpty ? .done : .damaged)
  }
}
