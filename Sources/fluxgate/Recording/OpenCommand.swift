import ArgumentParser
import Fluxgate
import FluxgateRecording

struct OpenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "open",
    abstract: "Open every chunk that the key opens and compare with what was sealed.",
    discussion: "Writes nothing. The signer must be the gateway that the patient paired with.")

  @Argument(help: "The recording's folder.")
  var recording: String
  @Option(help: "The secret of the patient, or of a reader.")
  var key = "patient.secret"
  @OptionGroup var opening: OpeningOptions
  @OptionGroup var output: OutputOptions

  struct Report: Encodable {
    let recording: String
    let isClosed: Bool
    let streams: [StreamText.Report]
  }

  func run() throws {
    output.apply()
    let reader = try opening.reader(recording, key: key)
    let streams = try RecordingOpening.run(reader)
    for stream in streams { Console.say(StreamText(stream).summary()) }
    Console.say(TextBlock.wrap(closing(streams, reader), columns: 80, hanging: 0))
    Console.report(
      Report(
        recording: Digits.hexadecimal(reader.recording), isClosed: reader.isClosed,
        streams: streams.map { StreamText($0).report() }))
    try Console.end(status(streams, reader))
  }

  private func closing(_ streams: [OpenedStream], _ reader: RecordingReader) -> String {
    let chunks = streams.reduce(0) { $0 + $1.chunkCount }
    let end = reader.isClosed ? "" : " The recording was not closed."
    return "Opened \(chunks) chunks of \(streams.count) streams.\(end)"
  }

  private func status(_ streams: [OpenedStream], _ reader: RecordingReader) -> ExitStatus {
    if streams.contains(where: { $0.judgement == .differs }) { return .damaged }
    let hasLoss = streams.contains { $0.counts.received > $0.counts.stored }
    let isPartial = streams.contains { $0.judgement == .partial }
    return hasLoss || isPartial || !reader.isClosed ? .incomplete : .done
  }
}
