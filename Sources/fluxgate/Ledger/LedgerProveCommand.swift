import ArgumentParser
import Fluxgate
import FluxgateLedger
import Foundation

struct LedgerProveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove",
    abstract: "Write what a stranger needs to check one segment with tools of their own.",
    discussion: """
      The page "Check one segment" says how, with sha256sum, openssl and Python.
      The bundle opens nothing, but shows which entry of the ledger is this
      recording's. On the gateway's own machine it holds a stamp, if there is one.
      """)

  @Argument(help: "The recording's folder.")
  var recording: String
  @Option(help: "The segment's number, from 1.")
  var segment: UInt32
  @Option(help: "A folder for the bundle; it must not exist.")
  var out: String
  @OptionGroup var signer: SignerOptions
  @OptionGroup var home: HomeOptions
  @OptionGroup var output: OutputOptions

  struct Report: Encodable {
    let bundle: String
    let index, size: UInt64
    let stamp: LedgerReport.Stamp?
  }

  func run() throws {
    output.apply()
    let place = try? LedgerPlace(home: home.place.path)
    let bundle = try SegmentBundle(
      segment: segment, of: recording, card: try card(), place: place)
    try bundle.write(to: out)
    try copySegment(bundle.segmentFile)
    let date = bundle.dated.map(LedgerWords.date) ?? "not dated"
    Console.say(LedgerWords.row("bundle", out))
    Console.say(LedgerWords.row("entry", "\(bundle.proof.index)"))
    Console.say(LedgerWords.row("dated", date))
    Console.report(
      Report(
        bundle: out, index: bundle.proof.index, size: bundle.size,
        stamp: bundle.dated.map(LedgerReport.Stamp.init)))
  }

  /// From the option that was given, or this machine's own gateway.
  private func card() throws -> GatewayCard {
    switch try signer.trust() {
    case .card(let card): return card
    case .patient(let patient):
      return try RecordingAccess.card(recording, pairedBy: patient)
    case .gateway:
      throw Fault(
        "D31", "a gateway's key alone does not name its log",
        remedy: "give --gateway its card, or --patient", exit: .refused)
    case .nobody: return try KeyFiles.card(home.place.cardFile)
    }
  }

  private func copySegment(_ file: String) throws(Fault) {
    do {
      try FileManager.default.copyItem(atPath: file, toPath: "\(out)/segment.h5")
    } catch {
      throw Fault(
        "D32", "the segment could not be copied", state: "The rest of the bundle is in \(out).",
        remedy: "free space, then write the bundle into another folder",
        cause: error.localizedDescription, exit: .failed)
    }
  }
}
