import Fluxgate
import FluxgateLedger
import FluxgateSeal
import Foundation
import Testing

/// A time-stamp authority behind HTTP: Tests/Peers/timestamp_authority.py, as a process of its own.
final class AuthorityProcess {
  let folder: String
  let url: String
  private let process: Process
  /// The process ends when this is closed.
  private let leash = Pipe()

  var roots: String { folder + "/root.pem" }

  init(in parent: String, manner: String = "honest") throws {
    folder = parent + "/authority-" + manner
    try Shell.succeed("python3", [Self.script, folder, "make"])
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", Self.script, folder, "serve", manner]
    process.standardInput = leash
    let answers = Pipe()
    process.standardOutput = answers
    process.standardError = FileHandle.nullDevice
    try process.run()
    let line = String(decoding: answers.fileHandleForReading.availableData, as: UTF8.self)
    let port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
    url = "http://127.0.0.1:\(port)"
  }

  func stop() {
    try? leash.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  private static let script = FluxgateProcess.root
    .appendingPathComponent("Tests/Peers/timestamp_authority.py").path
}

/// Programs of other people.
enum Shell {
  static func succeed(_ program: String, _ arguments: [String], in folder: String? = nil) throws {
    let ending = try run(program, arguments, in: folder)
    try #require(ending.status == 0, "\(program) \(arguments) \(ending.out)")
  }

  static func run(
    _ program: String, _ arguments: [String], in folder: String? = nil
  ) throws -> (status: Int32, out: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let pipe = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let out = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: out, as: UTF8.self))
  }
}
