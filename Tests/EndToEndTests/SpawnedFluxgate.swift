import Foundation

/// The built `fluxgate` in a process group of its own, ended with this object.
final class SpawnedFluxgate {
  /// Beside the test bundle; nil when only the tests were built.
  static let program: String? = {
    let bundle =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let places = [bundle] + CommandLine.arguments
    return places.lazy.map { ($0 as NSString).deletingLastPathComponent + "/fluxgate" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  let number: pid_t
  private var status: Int32?

  /// - Parameters:
  ///   - terminal: a terminal's name: the process gets a session of its own with it as its
  ///     controlling terminal. Nil: no input, output to the file `log`.
  init(_ words: [String], log: String = "/dev/null", terminal: String? = nil) throws {
    let program = try required(Self.program)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    let apart = terminal == nil ? POSIX_SPAWN_SETPGROUP : 0x80  // POSIX_SPAWN_SETSID
    posix_spawnattr_setflags(&attributes, Int16(apart) | Int16(POSIX_SPAWN_SETSIGMASK))
    // The threads that tests run on have signals blocked; a child would keep that.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let output = O_WRONLY | O_CREAT | O_APPEND
    posix_spawn_file_actions_addopen(&actions, 0, terminal ?? "/dev/null", O_RDWR, 0)
    posix_spawn_file_actions_addopen(
      &actions, 1, terminal ?? log, terminal == nil ? output : O_RDWR, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var arguments = ([program] + words).map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    var number: pid_t = 0
    let failure = posix_spawn(&number, program, &actions, &attributes, &arguments, environ)
    guard failure == 0 else { throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EIO) }
    self.number = number
  }

  deinit { if status == nil { kill() } }

  func kill() {
    Foundation.kill(-number, SIGKILL)
    _ = wait(seconds: 10)
  }

  func interrupt() { Foundation.kill(number, SIGINT) }

  /// The exit code, 128 and the signal for a killed one; nil while it still runs.
  func wait(seconds: Double) -> Int32? {
    let end = Date(timeIntervalSinceNow: seconds)
    while status == nil {
      var raw: Int32 = 0
      if waitpid(number, &raw, WNOHANG) == number {
        status = raw & 0x7f == 0 ? raw >> 8 & 0xff : 128 + raw & 0x7f
      } else if Date() > end {
        break
      } else {
        usleep(2000)
      }
    }
    return status
  }

  /// Runs to the end; the exit code and all that was said.
  static func run(_ words: [String], log: String) throws -> (status: Int32, said: String) {
    try? FileManager.default.removeItem(atPath: log)
    let process = try SpawnedFluxgate(words, log: log)
    let status = try required(process.wait(seconds: 20))
    return (status, try String(contentsOfFile: log, encoding: .utf8))
  }
}

/// Looks every two milliseconds; false when it did not come true.
func waitUntil(seconds: Double, _ isTrue: () -> Bool) -> Bool {
  let end = Date(timeIntervalSinceNow: seconds)
  while !isTrue() {
    if Date() > end { return false }
    usleep(2000)
  }
  return true
}
