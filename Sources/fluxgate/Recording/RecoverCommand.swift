import ArgumentParser
import Fluxgate
import FluxgateRecording

struct RecoverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover",
    abstract: "Bring a recording of a killed gateway into order. Needs no patient's key.",
    discussion: "Running it twice changes nothing.")

  @Argument(help: "The recording's folder.")
  var recording: String
  @Flag(help: "Cut a journal where it is damaged. Copy the recording first.")
  var cutDamage = false
  @OptionGroup var home: HomeOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  struct Report: Encodable {
    let recording: String
    let closed, anchored, cosigned: [UInt32]
    let bytesCut: UInt64
    let removed: [String]
  }

  func run() throws {
    output.apply()
    let report = try RecordingRecovery.run(
      folder: recording, home: home.place, passphrase: passphrase.source,
      cuttingDamage: cutDamage)
    let cut = report.recovery.cut.values.reduce(0, +)
    if report.changedNothing { Console.say("Nothing was left to do.") }
    for closed in report.recovery.closed { Console.say("segment \(closed.segment) closed") }
    for (segment, bytes) in report.recovery.cut.sorted(by: { $0.key < $1.key }) {
      Console.say("segment \(segment): \(bytes) bytes of an unfinished record cut")
    }
    for name in report.recovery.removed { Console.say("removed unfinished \(name)") }
    for segment in report.anchored { Console.say("segment \(segment) anchored in the log") }
    for segment in report.cosigned { Console.say("segment \(segment) cosigned by witnesses") }
    Console.report(
      Report(
        recording: recording, closed: report.recovery.closed.map(\.segment),
        anchored: report.anchored, cosigned: report.cosigned, bytesCut: cut,
        removed: report.recovery.removed))
  }
}
