import ArgumentParser
import Fluxgate
import FluxgateVault

struct PushCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "push",
    abstract: "Carry a recording into a vault: only what is sealed or signed.",
    discussion: "May be stopped anywhere and repeated: it goes on, and copies nothing twice.")

  @Argument(help: "The recording's folder.")
  var recording: String
  @Option(help: "The vault's folder; it must exist.")
  var vault: String
  @Option(help: "The patient's public key: the pairing is checked against it.")
  var patient: String?
  @Flag(help: "Read again what an earlier push has put, on both sides.")
  var reread = false
  @OptionGroup var output: OutputOptions

  struct Report: Encodable {
    let recording, vault: String
    let put: [String]
    let alreadyThere: Int
    let bytes: UInt64
  }

  func run() throws {
    output.apply()
    let folder = try RecordingAccess.folder(recording)
    let patient = try patient.map { (path) throws(Fault) in try KeyFiles.patient(path) }
    var lines = TransferLines()
    let report: PushReport
    do throws(VaultError) {
      report = try Push.run(
        folder, to: try DirectoryVault(vault), patient: patient, rereading: reread
      ) { lines.show($0.name, done: $0.done, total: $0.total) }
    } catch {
      throw Fault.vault(error)
    }
    Console.say(
      "Pushed \(report.put.count) objects, \(StatusText.bytes(Double(report.byteCount))); "
        + "\(report.alreadyThereCount) were there already.")
    Console.report(
      Report(
        recording: recording, vault: vault, put: report.put,
        alreadyThere: report.alreadyThereCount, bytes: report.byteCount))
  }
}
