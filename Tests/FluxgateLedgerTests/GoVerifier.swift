import Foundation

/// Tests/GoVerifier built with the system's Go, offline.
enum GoVerifier {
  static let required = ProcessInfo.processInfo.environment["FLUXGATE_REQUIRE_PEERS"] == "1"
  static let missing = "needs Debian's golang-go and golang-golang-x-mod-dev"
  private static let modules = "/usr/share/gocode"

  static var mayRun: Bool {
    required
      || run("/usr/bin/env", ["sh", "-c", "command -v go"])
        && FileManager.default.fileExists(atPath: "\(modules)/src/golang.org/x/mod/sumdb/tlog")
  }

  /// Builds the program into `folder` and gives its path.
  static func build(in folder: Scratch) -> String? {
    let program = folder.path + "/verifier"
    let source = Fixtures.packageRoot.appendingPathComponent("Tests/GoVerifier/main.go")
      .resolvingSymlinksInPath().path
    var environment = ["GO111MODULE": "off", "GOPATH": modules, "GOFLAGS": ""]
    if ProcessInfo.processInfo.environment["HOME"] == nil {
      environment["GOCACHE"] = folder.path + "/cache"
    }
    return run("/usr/bin/env", ["go", "build", "-o", program, source], environment) ? program : nil
  }

  /// Whether the program ends with status 0.
  static func run(
    _ program: String, _ arguments: [String], _ environment: [String: String] = [:]
  ) -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
