import ArgumentParser
import Fluxgate
import FluxgateRecording
import FluxgateSeal
import Foundation

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "The whole way with three virtual devices, told step by step.")

  @Option(help: "Seconds to record.")
  var seconds = 12.0
  @Option(help: "A folder to keep everything in (default: a temporary one, removed at the end).")
  var keep: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    output.apply()
    let folder = keep ?? NSTemporaryDirectory() + "fluxgate-demo-\(getpid())"
    guard !FileManager.default.fileExists(atPath: folder) else {
      throw Fault(
        "C10", "\(folder) exists already", remedy: "choose another folder for --keep",
        exit: .refused)
    }
    try DurableFile.makeFolder(folder)
    defer { if keep == nil { try? FileManager.default.removeItem(atPath: folder) } }
    let isTrue = try DemoStory(folder: folder, seconds: seconds).tell()
    if let keep { Console.say("Everything is in \(keep).") }
    try Console.end(isTrue ? .done : .damaged)
  }
}
