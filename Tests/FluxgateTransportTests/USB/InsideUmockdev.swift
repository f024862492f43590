import Foundation

/// This test program, run once more under umockdev: it cannot be put under a running one.
enum InsideUmockdev {
  /// What the inner run is to do; nil in the outer one.
  static let task = ProcessInfo.processInfo.environment["FLUXGATE_UMOCKDEV_TASK"]
  static let isRequired = ProcessInfo.processInfo.environment["FLUXGATE_REQUIRE_PEERS"] == "1"
  static let canRun = task == nil && (isRequired || isInstalled)
  static let missing = "umockdev, gir1.2-umockdev-1.0 and python3-gi are not installed"

  static let isInstalled: Bool = {
    let ask =
      "command -v umockdev-run umockdev-wrapper && /usr/bin/python3 -c "
      + "'import gi; gi.require_version(\"UMockdev\", \"1.0\")'"
    return (try? run(["/bin/sh", "-c", ask], environment: [:]))?.status == 0
  }()

  /// Runs the inner tests of `suite` under `wrapper`.
  static func run(
    _ suite: String, task: String, under wrapper: [String]
  ) throws -> (status: Int32, said: String) {
    let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let itself = CommandLine.arguments.firstIndex(of: "--test-bundle-path").map {
      [program, "--test-bundle-path", CommandLine.arguments[$0 + 1]]
    }
    let words =
      wrapper + (itself ?? [program]) + ["--testing-library", "swift-testing", "--filter", suite]
    return try run(words, environment: ["FLUXGATE_UMOCKDEV_TASK": task])
  }

  /// Ended after a minute in any case.
  private static func run(
    _ words: [String], environment: [String: String]
  ) throws -> (status: Int32, said: String) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
    process.arguments = ["60"] + words
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: said, as: UTF8.self))
  }
}
