import ArgumentParser
import Fluxgate
import FluxgateRecording

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a recording, byte by byte, without any secret.",
    discussion: """
      Ends with 0 intact, 3 incomplete or with recorded loss, 4 damaged,
      1 when nobody vouches for the signer.
      """)

  @Argument(help: "The recording's folder.")
  var recording: String
  @OptionGroup var signer: SignerOptions
  @OptionGroup var witnesses: WitnessOptions
  @OptionGroup var home: HomeOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    output.apply()
    let trust = try signer.trust()
    let quorum = try witnesses.trusted(home.place)
    let verdict = Verdict(
      try RecordingCheck.run(recording, trust: trust, witnesses: quorum), trust: trust,
      witnesses: quorum)
    Console.say(verdict.lines())
    Console.report(verdict.report(recording))
    try Console.end(verdict.exit)
  }
}
