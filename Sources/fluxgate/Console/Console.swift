import ArgumentParser
import Fluxgate
import Foundation
import Synchronization

/// Where commands speak: text of 80 columns, or JSON for programs.
enum Console {
  /// Set by `--json`: results go out as one JSON object, faults too.
  static var speaksJSON: Bool {
    get { json.load(ordering: .relaxed) }
    set { json.store(newValue, ordering: .relaxed) }
  }

  private static let json = Atomic<Bool>(false)

  static func say(_ line: String = "") {
    if speaksJSON { return }
    write(line + "\n", to: STDOUT_FILENO)
  }

  static func say(_ lines: [String]) { for line in lines { say(line) } }

  static func complain(_ line: String) { write(line + "\n", to: STDERR_FILENO) }

  /// The result of a command for `--json`.
  static func report(_ value: some Encodable) {
    guard speaksJSON else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else { return }
    write(String(decoding: data, as: UTF8.self) + "\n", to: STDOUT_FILENO)
  }

  static func fault(_ fault: Fault) {
    if speaksJSON {
      report(FaultReport(fault))
    } else {
      complain(fault.text())
    }
  }

  /// Ends the command with a status that is not 0.
  static func end(_ status: ExitStatus) throws {
    if status != .done { throw ExitCode(status.rawValue) }
  }

  /// A terminal that went away swallows output; the recording goes on.
  private static func write(_ text: String, to file: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      // SAFETY: the slice is read during the call only.
      let count = unsafe bytes.withUnsafeBytes {
        unsafe Glibc.write(file, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }
}

struct FaultReport: Encodable {
  struct Body: Encodable {
    let code, title, state, remedy, cause: String
    let exit: Int32
  }

  let fault: Body

  init(_ fault: Fault) {
    self.fault = Body(
      code: fault.code, title: fault.title, state: fault.state, remedy: fault.remedy,
      cause: fault.cause, exit: fault.exit.rawValue)
  }
}

/// What every command understands.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print the result as one JSON object.")
  var json = false

  func apply() { Console.speaksJSON = json }
}

struct HomeOptions: ParsableArguments {
  @Option(help: "The gateway's own folder (default: $FLUXGATE_HOME or ~/.fluxgate).")
  var home: String?

  var place: GatewayHome { home.map(GatewayHome.init(path:)) ?? .standard }
}
