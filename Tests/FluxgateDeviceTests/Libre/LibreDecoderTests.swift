import FluxgateSignal
import FluxgateSimulation
import FluxgateTransport
import Testing

@testable import FluxgateDevice

/// A virtual reader read by the real driver on a virtual clock.
final class LibreBench {
  let device: VirtualLibre
  let board = DeviceBoard(name: "bench")
  private(set) var streams: [CollectedStream] = []

  init(
    _ settings: VirtualLibreSettings, seconds: Int64, mostPerRead: Int = .max,
    model: String = "libre",
    cursor: @escaping @Sendable (String, String) -> Int64? = { _, _ in nil }
  ) throws {
    device = VirtualLibre(settings)
    let start = HostTime(nanoseconds: 1_780_000_000_400_000_000)
    let clock = BenchClock(now: start, end: start.advanced(by: .seconds(seconds)))
    let open = BenchTransport.opener(device, clock: clock, mostPerRead: mostPerRead)
    let tapped: Acquisition.Opener = { [unowned self] (time: HostTime) throws(TransportError) in
      TappedTransport(try open(time)) { self.drain() }
    }
    let setup = DriverSetup(
      category: .glucose, settings: ["model": model, "poll_seconds": "300"], cursor: cursor)
    let acquisition = Acquisition(driver: LibreDriver.make(setup), board: board, open: tapped)
    acquisition.run(link: try tapped(clock.now), until: StopFlag(), pause: { _ in })
    drain()
  }

  private func drain() {
    if streams.isEmpty, let announcement = board.announcement {
      streams = announcement.outlets.map(CollectedStream.init)
    }
    for stream in streams { stream.drain() }
  }

  /// Whether every record stream holds exactly what the reader recorded.
  var isComplete: Bool {
    streams.count == 5
      && zip(device.truth, streams).allSatisfy { truth, stream in truth.rows == stream.rows }
  }

  func numbers(_ stream: Int) -> [Int64] {
    let width = streams[stream].stream.description.rowByteCount
    return stride(from: 0, to: streams[stream].rows.count, by: width).map { start in
      streams[stream].rows.withUnsafeBytes {
        $0.loadUnaligned(fromByteOffset: start, as: Int64.self)
      }
    }
  }
}

struct LibreDecoderTests {
  private func settings(_ faults: [InjectedFault] = []) -> VirtualLibreSettings {
    var settings = VirtualLibreSettings()
    settings.faults = faults
    return settings
  }

  private func fault(_ milliseconds: Int64, _ kind: InjectedFault.Kind) -> InjectedFault {
    InjectedFault(after: .milliseconds(milliseconds), kind: kind)
  }

  @Test func `everything recorded is read once, through a clock change and a wrap of numbers`()
    throws
  {
    let bench = try LibreBench(settings(), seconds: 4000)
    #expect(bench.isComplete)
    #expect(bench.device.truth[0].rowCount == 100)
    #expect(bench.device.truth[1].rowCount == 20)
    #expect(bench.device.truth[2].rowCount == 1)
    #expect(bench.board.announcement?.identity.serial == VirtualLibre.serial)
    #expect(bench.streams[0].lost == 0)
    #expect(Set(bench.device.commands.keys).isSubset(of: LibreCommand.allCases.map(\.rawValue)))
  }

  @Test func `the same rows however the reads are cut`() throws {
    let whole = try LibreBench(settings(), seconds: 20)
    let cut = try LibreBench(settings(), seconds: 20, mostPerRead: 1)
    #expect(whole.isComplete && cut.isComplete)
    #expect(whole.streams[1].rows == cut.streams[1].rows)
  }

  @Test func `lost and damaged reports are found and asked for again`() throws {
    for kind in [InjectedFault.Kind.dropFrame, .corruptFrame] {
      for moment in [0, 200, 280, 299, 300] as [Int64] {
        var plan = settings([fault(moment, kind), fault(moment + 1, kind)])
        plan.seed = UInt64(moment) + 3
        let bench = try LibreBench(plan, seconds: 60)
        #expect(bench.isComplete, "\(kind) at \(moment)")
      }
    }
  }

  @Test func `a reader that loses reports for ever is told of`() throws {
    let faults = (0..<4000).map { fault(Int64($0) * 5, .dropFrame) }
    let bench = try LibreBench(settings(faults), seconds: 90)
    #expect(bench.isComplete)
    let always = (0..<40_000).map { fault(Int64($0) * 5, .dropFrame) }
    let hopeless = try LibreBench(settings(always), seconds: 150)
    #expect(hopeless.board.refusals.count == 1)
  }

  @Test func `left-over text, a stall and a pulled cable cost nothing`() throws {
    var plan = settings()
    plan.hasLeftOver = true
    #expect(try LibreBench(plan, seconds: 60).isComplete)
    #expect(
      try LibreBench(
        settings([fault(100, .stall(duration: .seconds(7)))]), seconds: 60
      ).isComplete)
    let pulled = try LibreBench(
      settings([fault(302, .unplug(duration: .seconds(9)))]), seconds: 1200)
    #expect(pulled.isComplete)
  }

  @Test func `what is stored already is not given again`() throws {
    let first = try LibreBench(settings(), seconds: 20)
    let newest = first.numbers(0)[60]
    let again = try LibreBench(settings(), seconds: 20) { serial, stream in
      serial == VirtualLibre.serial && stream == "glucose" ? newest : nil
    }
    #expect(again.numbers(0) == Array(first.numbers(0)[61...]))
    #expect(again.numbers(1) == first.numbers(1))
  }

  @Test func `a reader that was erased begins anew`() throws {
    let bench = try LibreBench(settings(), seconds: 20) { _, _ in 900_000 }
    #expect(bench.isComplete)
    #expect(bench.streams[0].gaps.contains { $0.reason == .deviceReset })
  }

  @Test func `a long history does not outrun its reader`() throws {
    var plan = settings()
    plan.historyCount = 9000
    plan.clockChangeBefore = nil
    let bench = try LibreBench(plan, seconds: 20)
    #expect(bench.isComplete)
    #expect(bench.streams[0].lost == 0)
  }

  @Test func `the Pro has fewer tables`() throws {
    var plan = settings()
    plan.isPro = true
    plan.clockChangeBefore = nil
    let bench = try LibreBench(plan, seconds: 20, model: "libre-pro")
    #expect(bench.streams[0].rows == bench.device.truth[0].rows)
    #expect(bench.board.announcement?.identity.model == "FreeStyle Libre Pro")
  }

  @Test func `random reports end`() {
    for seed in 1...10 as ClosedRange<UInt64> {
      var random = SeededBytes(seed: seed)
      let port = DevicePort(board: DeviceBoard(name: "t"))
      let decoder = LibreDecoder(setup: DriverSetup(category: .glucose))
      var now = HostTime(nanoseconds: 0)
      decoder.linkOpened(at: now, port: port)
      for _ in 0..<3000 {
        let kinds: [UInt8] = [0x71, 0x60, 0x60, 0x22, 0x06, 0x35, random.next()]
        let report =
          [kinds[Int(random.next() % 7)], random.next() % 64] + (0..<62).map { _ in random.next() }
        decoder.decode(report.span.bytes, at: now, port: port)
        now = now.advanced(by: .milliseconds(Int64(random.next())))
        while let due = decoder.nextWake, due <= now { decoder.wake(at: due, port: port) }
        _ = port.takeOutbox()
      }
    }
  }
}
