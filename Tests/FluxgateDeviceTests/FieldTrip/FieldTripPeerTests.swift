import FluxgateSignal
import FluxgateSimulation
import Foundation
import Testing

/// The FieldTrip project's own client reads our simulated server over loopback.
@Suite struct FieldTripPeerTests {
  static let script = packageRoot.appending(path: "Tests/Peers/fieldtrip_client.py").path
  /// The script leaves with 77 before it connects when its client is not there.
  static let isInstalled = (try? run(["9", "0", "/dev/null"]))?.status != 77

  @Test(.enabled(if: isInstalled, "needs: pip install --no-deps mne-realtime numpy"))
  func `another program's client reads every sample and event`() throws {
    var settings = FieldTripServerSettings()
    settings.channelCount = 8
    settings.seed = 7
    let device = VirtualFieldTripBuffer(settings)
    let host = TCPHost(device: device)
    try host.start()
    let out = FileManager.default.temporaryDirectory.appending(path: "fieldtrip-\(host.port)")
    defer { try? FileManager.default.removeItem(at: out) }
    let (status, text) = try Self.run([String(host.port), "4000", out.path])
    host.stop()

    #expect(status == 0, "\(text)")
    let lines = text.split(separator: "\n").map(String.init)
    #expect(lines.first == "header 8 1000.0 9 " + (1...8).map { "OPM\($0)" }.joined(separator: " "))
    #expect(lines.last == "beyond None")
    let samples = try Data(contentsOf: out)
    #expect(samples.count == 4000 * 8 * 4)
    #expect(host.truth[0].rows.starts(with: samples))
    let events = lines.filter { $0.hasPrefix("event") }
    #expect(events.count >= 3)
    #expect(events == device.truthEvents.prefix(events.count).map(Self.line))
  }

  private static func line(_ event: TruthEvent) -> String {
    switch event.value {
    case .none: "event \(event.sample) \(event.label) -"
    case .integer(let integer): "event \(event.sample) \(event.label) \(integer)"
    case .float(let float): "event \(event.sample) \(event.label) \(float)"
    case .text(let text): "event \(event.sample) \(event.label) \(text)"
    }
  }

  private static var packageRoot: URL {
    var folder = URL(filePath: #filePath).deletingLastPathComponent()
    while folder.path != "/",
      !FileManager.default.fileExists(atPath: folder.appending(path: "Tests/Peers").path)
    {
      folder.deleteLastPathComponent()
    }
    return folder
  }

  private static func run(_ arguments: [String]) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", script] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let text = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: text, as: UTF8.self))
  }
}
