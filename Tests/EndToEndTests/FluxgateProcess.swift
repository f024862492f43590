import Foundation

/// The built command line as a person starts it, with its own home folder.
struct FluxgateProcess {
  struct Ending {
    let status: Int32
    let out: String
    let complaints: String

    /// Lines that a terminal of 80 columns would break.
    var longLines: [String] {
      (out + complaints).split(separator: "\n").map(String.init).filter { $0.count > 80 }
    }

    var json: Any? { try? JSONSerialization.jsonObject(with: Data(out.utf8)) }
  }

  let home: String

  /// Nil where the tests were built without the program.
  static var executable: URL? {
    let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return [beside, root.appendingPathComponent(".build/debug")]
      .map { $0.appendingPathComponent("fluxgate") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  func run(_ arguments: String...) throws -> Ending { try run(arguments) }

  /// - Parameter fileBlocks: files may not grow beyond so many blocks of 512 bytes.
  func run(_ arguments: [String], fileBlocks: Int? = nil) throws -> Ending {
    let files = [UUID().uuidString, UUID().uuidString].map { home + "-" + $0 }
    let process = try start(
      arguments, out: files[0], complaints: files[1], fileBlocks: fileBlocks)
    process.waitUntilExit()
    return Ending(
      status: process.terminationStatus, out: try String(contentsOfFile: files[0], encoding: .utf8),
      complaints: try String(contentsOfFile: files[1], encoding: .utf8))
  }

  /// Starts it and returns at once; what it says goes to files.
  func start(
    _ arguments: [String], out: String, complaints: String, fileBlocks: Int? = nil
  ) throws -> Process {
    let process = Process()
    process.executableURL = Self.executable
    process.arguments = arguments
    if let fileBlocks, let program = Self.executable?.path {
      let limited = "trap '' XFSZ; ulimit -f \(fileBlocks); exec \"$0\" \"$@\""
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", limited, program] + arguments
    }
    process.environment = ["FLUXGATE_HOME": home, "HOME": home, "PATH": "/usr/bin:/bin"]
    for path in [out, complaints] { FileManager.default.createFile(atPath: path, contents: nil) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: out)
    process.standardError = FileHandle(forWritingAtPath: complaints)
    try process.run()
    return process
  }
}
