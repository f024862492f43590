import ArgumentParser
import Fluxgate

struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show the recordings that run on this gateway.")

  @OptionGroup var home: HomeOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    output.apply()
    let sessions = RunNote.all(home: home.place)
    if sessions.isEmpty { Console.say("No recording is running.") }
    for session in sessions {
      Console.say(StatusText.lines(session))
      Console.say("in      \(session.folder)")
    }
    Console.report(sessions)
    if sessions.contains(where: { !$0.isSafe }) { try Console.end(.incomplete) }
  }
}
