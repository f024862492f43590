import Fluxgate
import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Foundation
import Testing

/// liblsl, by its makers, against our receiver and our outlet, each pair in a network of its own that
/// has nothing but a loopback.
@Suite(
  .serialized,
  .enabled(
    if: LabStreamingLayerPeer.canRun,
    "needs the program, a Python with pylsl (FLUXGATE_PEER_PYTHON) and network namespaces"))
struct LabStreamingLayerPeerTests {
  private static let numbers = ["float32", "double64", "int32", "int16", "int8", "int64"]

  @Test func `every type of a liblsl outlet is read, captured and replayed`() throws {
    let workshop = try Workshop()
    let path = workshop.root + "/peer.pcapng"
    let devices = (Self.numbers + ["string"]).flatMap { ["--device", "\($0)=lsl@name=\($0)"] }
    let ending = try LabStreamingLayerPeer.run(
      ["offer", try #require(FluxgateProcess.executable).path, "capture", "--out", path]
        + ["--seconds", "3"] + devices, home: workshop.root + "/peer-home")
    try #require(ending.status == 0, "\(ending.out)")
    let library = try ProfileLibrary.load(folders: ["\(FluxgateProcess.root.path)/device-profiles"])
    let run = try ReplayRun.run(try CaptureReplay(path: path, library: library))
    #expect(run.sent.allSatisfy { $0.differences == SentDifferences() })
    for name in Self.numbers { try expect(run, name) }
    let texts = try #require(run.streams.first { $0.name == "string.events" })
    #expect(texts.rows.count / 56 >= 30)
  }

  /// Rows count up together in both columns, with opposite signs, and none is missing.
  private func expect(_ run: ReplayRun, _ name: String) throws {
    let stream = try #require(run.streams.first { $0.name == "\(name).lsl" })
    #expect(stream.channels == ["left", "right"])
    #expect(stream.breaks.allSatisfy { $0.missing == 0 })
    let values = LabStreamingLayerPeer.values(stream)
    #expect(values.count / 2 > 500, "\(name)")
    for row in 0..<values.count / 2 {
      #expect(values[row * 2] == (values[0] + Double(row)).truncatingRemainder(dividingBy: 100))
      #expect(values[row * 2 + 1] == -values[row * 2])
    }
  }

  @Test func `a liblsl inlet reads our outlet and every value of it`() throws {
    struct Answer: Decodable {
      let label: String
      let rate, lateness: Double
      let rows: [[Double]]
      let stamps: [Double]
    }
    let workshop = try Workshop()
    let program = try #require(FluxgateProcess.executable).path
    let ending = try LabStreamingLayerPeer.run(
      ["read", "SimOPM", "1500", program, "simulate", "lsl", "--channels", "3", "--seed", "5"]
        + ["--seconds", "60"], home: workshop.root + "/peer-home")
    let line = try #require(ending.out.split(separator: "\n").last { $0.hasPrefix("{") })
    let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
    #expect(answer.label == "OPM1" && answer.rate == 1000)
    #expect(answer.rows.count == 1500)
    #expect((0..<1).contains(answer.lateness))
    let truth = LabStreamingLayerPeer.truth(channels: 3, seed: 5)
    #expect(answer.rows.flatMap { $0 } == Array(truth.prefix(4500)))
    for (first, next) in zip(answer.stamps, answer.stamps.dropFirst()) {
      #expect(abs(next - first - 0.001) < 1e-6)
    }
  }
}

enum LabStreamingLayerPeer {
  private static let python =
    ProcessInfo.processInfo.environment["FLUXGATE_PEER_PYTHON"] ?? "python3"
  private static let isRequired =
    ProcessInfo.processInfo.environment["FLUXGATE_REQUIRE_PEERS"] == "1"

  static let canRun: Bool =
    isRequired
    || (FluxgateProcess.executable != nil
      && (try? shell("\(python) -c 'import pylsl'"))?.status == 0
      && (try? run(nil, home: "/nonexistent"))?.status == 0)

  /// Runs the peer's script, or nothing, in a network namespace made for it.
  static func run(
    _ words: [String]?, home: String
  ) throws -> (status: Int32, out: String) {
    let script = FluxgateProcess.root.path + "/Tests/Peers/lsl_peer.py"
    let command = words.map { [python, script] + $0 } ?? ["true"]
    return try run(
      ["unshare", "-n", "sh", "-c", "ip link set lo up && exec timeout 90 \"$@\"", "sh"] + command,
      home)
  }

  private static func shell(_ text: String) throws -> (status: Int32, out: String) {
    try run(["sh", "-c", text], "/nonexistent")
  }

  private static func run(_ words: [String], _ home: String) throws -> (Int32, String) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.environment = ProcessInfo.processInfo.environment.merging([
      "FLUXGATE_HOME": home, "HOME": home,
    ]) { $1 }
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
  }

  static func values(_ stream: Fluxgate.CollectedStream) -> [Double] {
    let size = stream.sampleType.byteCount
    return stride(from: 0, to: stream.rows.count, by: size).map { start in
      let bits = stream.rows[start..<start + size].reversed().reduce(UInt64(0)) {
        $0 << 8 | UInt64($1)
      }
      return switch stream.sampleType {
      case .float32: Double(Float(bitPattern: UInt32(bits)))
      case .float64: Double(bitPattern: bits)
      case .int16: Double(Int16(bitPattern: UInt16(bits)))
      case .int32: Double(Int32(bitPattern: UInt32(bits)))
      case .int64: Double(Int64(bitPattern: bits))
      }
    }
  }

  /// What an outlet of that seed makes first, whenever it is read.
  static func truth(channels: Int, seed: UInt64) -> [Double] {
    var settings = LSLOutletSettings()
    settings.channelCount = channels
    settings.seed = seed
    let outlet = VirtualLSLOutlet(settings)
    let start = HostTime(nanoseconds: 1_000_000_000)
    outlet.connected(at: start)
    outlet.receive(LSLEnvelope.encode(.info), at: start)
    var reader = LSLEnvelopeReader()
    let info = reader.take(outlet.takeOutput()).filter { $0.kind == .info }.flatMap(\.payload)
    let uid = LSLElementReader.read(info).flatMap(LSLStreamInfo.init)?.uid ?? ""
    outlet.receive(
      LSLEnvelope.encode(.feed, Array("LSL:streamfeed/110 \(uid)\r\n\r\n".utf8)), at: start)
    outlet.advance(to: start.advanced(by: .seconds(2)))
    let rows = outlet.truth[0].rows
    return stride(from: 0, to: rows.count, by: 4).map { place in
      Double(
        Float(bitPattern: rows[place..<place + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }))
    }
  }
}
