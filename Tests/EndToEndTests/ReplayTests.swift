import Fluxgate
import FluxgateDevice
import FluxgateRecording
import FluxgateSeal
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Foundation
import Testing

/// The fixtures of this project: how each was made. `fixtures/README.md` has the command lines.
enum ReplayFixture {
  static let all: [(plan: SimulationPlan, seconds: Double)] = [
    (SimulationPlan(.helmet, seed: 11, channelCount: 8), 2),
    (
      SimulationPlan(
        .heart, seed: 12,
        faults: [
          InjectedFault(after: .milliseconds(805), kind: .dropFrame),
          InjectedFault(after: .milliseconds(1600), kind: .reboot),
        ]), 3
    ),
    (SimulationPlan(.glucose, seed: 13), 700),
    (SimulationPlan(.agent, seed: 14), 200),
  ]

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  static func path(_ device: SimulatedDevice) -> String {
    "\(root)/fixtures/\(device.rawValue).pcapng"
  }

  static func library() throws -> ProfileLibrary {
    try ProfileLibrary.load(folders: [root + "/device-profiles"])
  }
}

/// A file of a test's own, gone with it.
private final class Scratch {
  let path = FileManager.default.temporaryDirectory.path + "/fluxgate-\(UUID().uuidString)"
  deinit { try? FileManager.default.removeItem(atPath: path) }
}

struct ReplayTests {
  /// Faults of every kind, at times when each device is at work.
  static let troubled: [(plan: SimulationPlan, seconds: Double)] = [
    (SimulationPlan(.helmet, seed: 5, channelCount: 16, faults: faults(unit: 1000)), 14),
    (SimulationPlan(.heart, seed: 6, faults: faults(unit: 1000)), 14),
    (SimulationPlan(.glucose, seed: 7, faults: faults(unit: 60_000)), 1300),
    (SimulationPlan(.agent, seed: 8, faults: faults(unit: 20_000)), 600),
  ]

  private static func faults(unit: Int64) -> [InjectedFault] {
    [
      InjectedFault(after: .milliseconds(2 * unit), kind: .dropFrame),
      InjectedFault(after: .milliseconds(3 * unit), kind: .corruptFrame),
      InjectedFault(after: .milliseconds(5 * unit), kind: .unplug(duration: .milliseconds(1700))),
      InjectedFault(after: .milliseconds(8 * unit), kind: .reboot),
      InjectedFault(after: .milliseconds(10 * unit), kind: .stall(duration: .milliseconds(400))),
    ]
  }

  /// A live run on a bench, captured.
  private func live(
    _ plan: SimulationPlan, seconds: Double, to path: String, mostPerRead: Int = .max
  ) throws -> (streams: [CollectedStream], truth: [TruthStream]) {
    let device = plan.makeDevice()
    let run = MemoryRun(
      name: plan.device.rawValue, driver: try plan.device.makeDriver(ReplayFixture.library()))
    try SimulatedCapture.live(
      plan, device, seconds: seconds, to: path, mostPerRead: mostPerRead
    ) { (open) throws(TransportError) in
      try run.run(at: SimulatedCapture.start, open: open)
    }
    return (run.streams, device.truth)
  }

  private func replay(_ path: String, speed: Double? = nil) throws -> ReplayRun {
    try ReplayRun.run(
      CaptureReplay(path: path, library: ReplayFixture.library(), speed: speed))
  }

  private func digests(_ streams: [CollectedStream]) -> [String: String] {
    Dictionary(uniqueKeysWithValues: streams.map { ($0.name, Digits.hexadecimal($0.digest)) })
  }

  private func expectSame(_ left: [CollectedStream], _ right: [CollectedStream]) {
    #expect(RunComparison.differences(left, right).isEmpty)
    #expect(digests(left) == digests(right))
    #expect(left.map(\.rows) == right.map(\.rows))
  }

  @Test(arguments: 0..<4)
  func `a replayed capture gives the rows, breaks and digests of the live run`(place: Int) throws {
    let file = Scratch()
    let (plan, seconds) = Self.troubled[place]
    let (streams, truth) = try live(plan, seconds: seconds, to: file.path)
    let replayed = try replay(file.path)
    expectSame(streams, replayed.streams)
    #expect(replayed.sent.map(\.differences) == [SentDifferences()])
    #expect(streams.contains { $0.rowCount > 50 })
    // The helmet's server, the receiver and the agent give again what a broken line kept back.
    #expect(streams.contains { $0.lostCount > 0 } == (plan.device == .heart))
    for (stream, made) in zip(streams, truth) where ![.glucose, .agent].contains(plan.device) {
      #expect(UInt64(stream.rowCount) + stream.lostCount <= UInt64(made.rowCount))
    }
  }

  @Test(arguments: 0..<4)
  func `how reads were cut changes nothing`(place: Int) throws {
    let (plan, seconds) = Self.troubled[place]
    let whole = Scratch()
    let cut = Scratch()
    let one = try live(plan, seconds: seconds, to: whole.path)
    let other = try live(plan, seconds: seconds, to: cut.path, mostPerRead: 37)
    expectSame(one.streams, other.streams)
    expectSame(one.streams, try replay(cut.path).streams)
  }

  @Test func `the speed of a replay changes nothing`() throws {
    let path = ReplayFixture.path(.heart)
    let begun = HostClock.now
    let paced = try replay(path, speed: 4)
    #expect(HostClock.now.since(begun) > .milliseconds(600))
    expectSame(try replay(path).streams, paced.streams)
  }

  @Test(arguments: 0..<4)
  func `the simulators make the fixtures again, byte for byte`(place: Int) throws {
    let (plan, seconds) = ReplayFixture.all[place]
    let fresh = Scratch()
    _ = try SimulatedCapture.write(
      plan, profiles: ReplayFixture.library(), seconds: seconds, to: fresh.path)
    let made = try Data(contentsOf: URL(fileURLWithPath: fresh.path))
    let kept = try Data(contentsOf: URL(fileURLWithPath: ReplayFixture.path(plan.device)))
    #expect(made == kept)
    #expect(kept.count < 300_000)
  }

  @Test(arguments: 0..<4) func `fixtures replay to the digests kept beside them`(place: Int) throws
  {
    let (plan, seconds) = ReplayFixture.all[place]
    let file = try Data(
      contentsOf: URL(fileURLWithPath: ReplayFixture.root + "/fixtures/digests.json"))
    let kept = try JSONDecoder().decode([String: [String: String]].self, from: file)
    let path = ReplayFixture.path(plan.device)
    let replayed = try replay(path)
    #expect(digests(replayed.streams) == kept["\(plan.device.rawValue).pcapng"])
    let fresh = Scratch()
    let (streams, _) = try live(plan, seconds: seconds, to: fresh.path)
    #expect(digests(streams) == digests(replayed.streams))
  }

  @Test(arguments: [1, 13, 4001, 100_000])
  func `a truncated capture is refused with T07`(missing: Int) throws {
    let whole = try Data(contentsOf: URL(fileURLWithPath: ReplayFixture.path(.heart)))
    let file = Scratch()
    try whole.dropLast(min(missing, whole.count - 5)).write(to: URL(fileURLWithPath: file.path))
    let fault = try #require(throws: Fault.self) { try replay(file.path) }
    #expect(fault.code == "T07")
    #expect(fault.exit == .refused)
  }

  @Test func `rows beyond the budget are refused and nothing is given`() throws {
    let replay = try CaptureReplay(
      path: ReplayFixture.path(.helmet), library: ReplayFixture.library())
    let fault = try #require(throws: Fault.self) {
      try ReplayRun.run(replay, budget: MemoryBudget(byteCount: 10_000))
    }
    #expect(fault.code == "T10")
  }

  @Test func `a comparison names stream, sample, column and both values`() throws {
    let one = try replay(ReplayFixture.path(.helmet)).streams
    let file = Scratch()
    let plan = SimulationPlan(.helmet, seed: 99, channelCount: 8)
    _ = try SimulatedCapture.write(
      plan, profiles: ReplayFixture.library(), seconds: 2, to: file.path)
    let found = RunComparison.differences(one, try replay(file.path).streams)
    let first = try #require(found.first)
    #expect(first.stream == "helmet.fieldtrip")
    #expect(first.kind == .value)
    #expect(first.sample == 0)
    #expect(first.column == one[0].channels[0])
    #expect(first.left != first.right)
  }

  @Test func `a comparison tells a break and an early end apart`() throws {
    let whole = try replay(ReplayFixture.path(.helmet)).streams
    let short = Scratch()
    let helmet = ReplayFixture.all[0].plan
    _ = try SimulatedCapture.write(
      helmet, profiles: ReplayFixture.library(), seconds: 1, to: short.path)
    let ended = try #require(RunComparison.differences(whole, replay(short.path).streams).first)
    #expect(ended.kind == .length)
    #expect(ended.row == 1000)
    let calm = Scratch()
    var heart = ReplayFixture.all[1].plan
    heart.faults.removeFirst()
    _ = try SimulatedCapture.write(
      heart, profiles: ReplayFixture.library(), seconds: 3, to: calm.path)
    let broken = try replay(ReplayFixture.path(.heart)).streams
    let gap = try #require(RunComparison.differences(broken, replay(calm.path).streams).first)
    #expect(gap.kind == .gap)
    #expect(gap.left == "counterGap, 15 missing")
    #expect(gap.right == "no break")
  }

  @Test func `a driver that asks otherwise than in the capture is told of`() throws {
    let folder = Scratch()
    try FileManager.default.createDirectory(
      atPath: folder.path, withIntermediateDirectories: true)
    let shipped = try String(
      contentsOfFile: ReplayFixture.root + "/device-profiles/dexcom-g4.yaml", encoding: .utf8)
    try shipped.replacingOccurrences(of: "\"60\"", with: "\"45\"").write(
      toFile: folder.path + "/dexcom-g4.yaml", atomically: true, encoding: .utf8)
    let run = try ReplayRun.run(
      CaptureReplay(
        path: ReplayFixture.path(.glucose),
        library: ProfileLibrary.load(folders: [folder.path])))
    #expect(run.sent.first.map { $0.differences.count > 0 } == true)
    let asCaptured = try replay(ReplayFixture.path(.glucose))
    #expect(asCaptured.sent.map(\.differences) == [SentDifferences()])
  }

  @Test func `a capture replayed into a recording is the capture's run in memory`() throws {
    let folder = Scratch()
    let path = ReplayFixture.path(.heart)
    let identity = try #require(GatewayIdentity(logName: "gateway.example/log"))
    let patient = try #require(PatientSecret(name: "study-001"))
    let pairing = Pairing(
      patient: patient.publicKey, gateway: identity.publicKey,
      logVerifierKey: identity.logVerifierKey, created: 1_700_000_000
    ).signed(by: patient)
    let capture = try CaptureReplay(path: path, library: ReplayFixture.library())
    var plan = SessionPlan(
      devices: capture.devices.map(\.source), folder: folder.path, identity: identity,
      patient: patient.publicKey, pairing: pairing)
    plan.endsWithDevices = true
    plan.diskReserve = 0
    let session = try RecordingSession.start(plan)
    while !session.devicesHaveEnded { Thread.sleep(forTimeInterval: 0.01) }
    let result = session.finish()
    #expect(result.faults.isEmpty)
    let recorded = try RecordedRun.read(RecordingFolder(folder.path), secret: patient)
    let run = try replay(path)
    #expect(RunComparison.differences(run.streams, recorded).isEmpty)
    let raw = result.accounts.filter { $0.kind != .processed && $0.device == "heart" }
    #expect(raw.map(\.digest) == run.streams.map(\.digest))
  }
}
