import ArgumentParser
import Fluxgate
import FluxgateLedger

struct LedgerLogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log",
    abstract: "List a log's entries: salted commitments that say nothing by themselves.")

  @OptionGroup var home: HomeOptions
  @Option(help: "The first entry, from 0 (default: so that the last ones are shown).")
  var from: UInt64?
  @Option(help: "How many at most.")
  var limit: UInt64 = 20
  @OptionGroup var output: OutputOptions

  struct Row: Encodable {
    let index: UInt64
    let entry: String
    let datedBy: LedgerReport.Stamp?
  }

  func run() throws {
    output.apply()
    let place = try LedgerPlace(home: home.place.path)
    let log = try place.log()
    let status = try LedgerStatus(place)
    let first = min(from ?? log.head.size - min(log.head.size, limit), log.head.size)
    let end = first + min(limit, log.head.size - first)
    var shown: UInt64?
    var rows: [Row] = []
    for index in first..<end {
      let stamp = status.stamp(of: index)
      let size = stamp?.checkpoint.size ?? 0
      if shown != size { Console.say(stamp.map { "dated \(LedgerWords.date($0))" } ?? "not dated") }
      shown = size
      let entry = Digits.hexadecimal(try self.entry(index, log))
      Console.say("\(StatusText.right("\(index)", 10))  \(entry)")
      rows.append(Row(index: index, entry: entry, datedBy: stamp.map(LedgerReport.Stamp.init)))
    }
    Console.report(rows)
  }

  private func entry(_ index: UInt64, _ log: LogReader) throws(Fault) -> [UInt8] {
    do throws(LedgerError) {
      return try log.entry(at: index)
    } catch {
      throw .damagedLedger("\(error)")
    }
  }
}
