import FluxgateSimulation
import Foundation
import Testing

/// A folder with keys and a recording of two seconds, all made by the command line.
struct CommandBench {
  let folder: String
  let program: FluxgateProcess

  var recording: String { folder + "/rec" }
  var secret: String { folder + "/p.secret" }
  var publicKey: String { folder + "/p.pub" }
  var card: String { folder + "/home/gateway.pub" }

  /// - Parameter killed: ends the recording by SIGKILL.
  init(killed: Bool = false) throws {
    // Short, so that paths fit into lines.
    folder = "/tmp/fg-" + UUID().uuidString.prefix(8)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    program = FluxgateProcess(home: folder + "/home")
    try succeed(["keys", "gateway", "--no-passphrase", "--log-name", "gateway.example/log"])
    try succeed(["keys", "new", "--label", "study-001", "--out", secret, "--no-passphrase"])
    try succeed(["keys", "pair", "--secret", secret, "--gateway", card])
    let heart = PtyHost(device: VirtualTwinleaf(), path: folder + "/heart")
    try heart.start()
    defer { heart.stop() }
    let record = [
      "record", "--for", publicKey, "--out", recording, "--device",
      "heart=twinleaf-tio@\(heart.path)", "--profiles",
      FluxgateProcess.root.appendingPathComponent("device-profiles").path,
    ]
    if killed { try kill(record) } else { try succeed(record + ["--seconds", "2"]) }
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  /// The home of a gateway that has nothing to do with the recording.
  func otherHome() throws -> String {
    let home = folder + "/other"
    let ending = try program.run("keys", "gateway", "--home", home, "--no-passphrase")
    try #require(ending.status == 0, "\(ending)")
    return home
  }

  /// Changes one byte; a negative place counts from the end.
  func flip(_ file: String, at place: Int) throws {
    let path = recording + "/" + file
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    bytes[place < 0 ? bytes.count + place : place] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  func flip(_ file: String, share: Double) throws {
    let path = recording + "/" + file
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
    try flip(file, at: Int(Double(size) * share))
  }

  func mode(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? 0
  }

  private func succeed(_ arguments: [String]) throws {
    let ending = try program.run(arguments)
    try #require(ending.status == 0, "\(arguments) \(ending)")
  }

  private func kill(_ arguments: [String]) throws {
    let process = try program.start(
      arguments, out: folder + "/out", complaints: folder + "/complaints")
    let journal = recording + "/journal/00000001.fxj"
    let limit = Date(timeIntervalSinceNow: 20)
    while !FileManager.default.fileExists(atPath: journal), Date() < limit { usleep(50_000) }
    Thread.sleep(forTimeInterval: 3)
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}
