import FluxgateDevice
import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Glibc
import Testing

/// Our outlet and our receiver over the loopback's real sockets; nothing leaves this computer.
@Suite(.serialized) struct LSLHostTests {
  private static func host(
    _ source: String, _ change: (inout LSLOutletSettings) -> Void = { _ in }
  ) throws -> LSLHost {
    var settings = LSLOutletSettings()
    settings.name = "loopback"
    settings.sourceID = "\(source)-\(getpid())"
    settings.channelCount = 4
    change(&settings)
    let host = LSLHost(outlet: VirtualLSLOutlet(settings))
    try host.start()
    return host
  }

  private static func selection(_ text: String) throws -> LSLSelection {
    try #require(LSLSelection("\(text)@127.0.0.1"))
  }

  /// What came so far, and when to stop.
  private final class Watch {
    let board = DeviceBoard(name: "loopback")
    let stop = StopFlag()
    private(set) var stream: CollectedStream?
    private let isDone: (CollectedStream) -> Bool
    private let end = HostClock.now.advanced(by: .seconds(10))

    init(_ isDone: @escaping (CollectedStream) -> Bool) { self.isDone = isDone }

    func look() {
      if stream == nil, let announcement = board.announcement {
        stream = CollectedStream(announcement.outlets[0])
      }
      stream?.drain()
      let hasAll = stream.map(isDone) ?? false
      if hasAll || HostClock.now > end { stop.raise() }
    }
  }

  /// Runs the driver until `isDone` or for ten seconds.
  private static func read(
    _ selection: LSLSelection, until isDone: @escaping (CollectedStream) -> Bool
  ) throws -> CollectedStream {
    let watch = Watch(isDone)
    let open: Acquisition.Opener = { (_) throws(TransportError) in
      DrainedLink(try LSLTransport(selection, name: "loopback")) { watch.look() }
    }
    let acquisition = Acquisition(
      driver: LSLDriver.make(DriverSetup(category: .neuro)), board: watch.board, open: open)
    acquisition.run(link: try open(HostClock.now), until: watch.stop) { WorkerThread.sleep($0) }
    watch.look()
    return try #require(watch.stream)
  }

  @Test func `an outlet on the loopback is found, read, and taken back after a restart`() throws {
    let host = try Self.host("restart") {
      $0.faults = [InjectedFault(after: .seconds(2), kind: .reboot)]
    }
    let selection = try Self.selection("source_id=restart-\(getpid())")
    let stream = try Self.read(selection) { found in
      found.gaps.contains { $0.reason == .deviceReset } && found.numbers.count > 1500
    }
    host.stop()
    #expect(stream.gaps.contains { $0.reason == .deviceReset })
    let truth = host.truth[0]
    let first = stream.gaps.first { $0.reason == .deviceReset }?.sample ?? 0
    #expect(first > 500 && stream.numbers.count > 1500)
    // Up to the restart every row stands under its own number.
    let width = truth.channelCount * truth.sampleType.byteCount
    #expect(stream.rows.prefix(Int(first) * width) == truth.rows.prefix(Int(first) * width))
  }

  @Test func `of several streams that fit none is chosen`() throws {
    let hosts = try ["one", "two"].map { try Self.host($0) { $0.type = "twin" } }
    let twins = try Self.selection("type=twin")
    let error = #expect(throws: TransportError.self) { _ = try LSLTransport(twins, name: "twins") }
    guard case .severalStreams(let found)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(found.count >= 2)
    #expect(found.contains { $0.contains("source_id one-\(getpid())") })
    for host in hosts { host.stop() }
  }

  @Test func `a stream that is not there is not opened`() throws {
    let selection = try Self.selection("source_id=nobody-\(getpid())")
    #expect(throws: TransportError.cannotOpen(name: "nobody", errno: ENODEV)) {
      _ = try LSLTransport(selection, name: "nobody")
    }
  }
}
