import ArgumentParser
import Fluxgate
import Foundation

/// The command line: one file a command, one way to end.
@main
struct FluxgateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fluxgate",
    abstract: "Records biosensors into sealed recordings that only the patient opens.",
    discussion: """
      Ends with 0 done, 1 failed or not verifiable, 2 refused before starting,
      3 done but incomplete or with recorded loss, 4 integrity broken,
      5 device absent.
      """,
    version: Version.number,
    subcommands: [
      KeysCommand.self,
      ConsentCommand.self,
      ScanCommand.self,
      CheckCommand.self,
      RecordCommand.self,
      StatusCommand.self,
      InfoCommand.self,
      VerifyCommand.self,
      RecoverCommand.self,
      OpenCommand.self,
      ExportCommand.self,
      PushCommand.self,
      PullCommand.self,
      TrailCommand.self,
      EraseCommand.self,
      VaultCommand.self,
      ReadCommand.self,
      LedgerCommand.self,
      WitnessCommand.self,
      ProfileCommand.self,
      DemoCommand.self,
      SimulateCommand.self,
      CaptureCommand.self,
      ReplayCommand.self,
      BenchCommand.self,
    ])

  static func main() {
    // A reader that goes away must not end a recording.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let fault as Fault {
      Console.fault(fault)
      Foundation.exit(fault.exit.rawValue)
    } catch let code as ExitCode {
      Foundation.exit(code.rawValue)
    } catch {
      let isUsage = exitCode(for: error) == .validationFailure
      if isUsage {
        let fault = Self.usage(message(for: error), fullMessage(for: error))
        Console.fault(fault)
        Foundation.exit(fault.exit.rawValue)
      }
      exit(withError: error)
    }
  }

  /// What the parser says, as every other refusal is told.
  private static func usage(_ message: String, _ whole: String) -> Fault {
    let lines = whole.split(separator: "\n")
    let help = lines.last { $0.contains("--help'") }?.split(separator: "'").dropFirst().first
    let hint = lines.first { $0.hasPrefix("Help:") }?.dropFirst(5).split(separator: " ")
    let words = message.split(whereSeparator: \.isNewline).joined(separator: " ")
    return Fault(
      "U01", words, state: "Nothing was started.",
      remedy: "`\(help ?? "fluxgate --help")` tells what can be given",
      cause: hint?.joined(separator: " ") ?? "", exit: .refused)
  }
}
