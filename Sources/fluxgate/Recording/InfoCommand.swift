import ArgumentParser
import Fluxgate
import FluxgateRecording

struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Show what a recording is; with the patient's key also what is in it.",
    discussion: "Signatures and chain are checked; for every byte, use `fluxgate verify`.")

  @Argument(help: "The recording's folder.")
  var recording: String
  @Option(help: "The secret of the patient, or of a reader.")
  var key: String?
  @OptionGroup var opening: OpeningOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    output.apply()
    let outline = OutlineText(try RecordingAccess.outline(recording))
    var streams: [OpenedStream]?
    if let key {
      streams = try RecordingOpening.run(try opening.reader(recording, key: key))
    }
    Console.say(outline.lines())
    for stream in streams ?? [] { Console.say(StreamText(stream).details()) }
    Console.report(outline.report(recording, streams: streams?.map { StreamText($0).report() }))
    let differs = streams?.contains { $0.judgement == .differs } ?? false
    try Console.end(differs ? .damaged : .done)
  }
}
