internal import FluxgateDevice
internal import FluxgateSignal
public import FluxgateTransport

/// What a replayed capture gave, all of it in memory.
public struct ReplayRun: Sendable {
  /// How the driver's requests of one device differed from those in the capture.
  public struct Sent: Sendable {
    public let device: String
    public let differences: SentDifferences
  }

  /// Streams of all devices in the order of the capture's links.
  public let streams: [CollectedStream]
  public let sent: [Sent]

  /// Runs every device of `replay` to the end of the capture, each on a thread of its own.
  ///
  /// Once for each `replay`. Blocks the calling thread.
  public static func run(
    _ replay: CaptureReplay, budget: MemoryBudget = MemoryBudget()
  ) throws(Fault) -> ReplayRun {
    let stop = StopFlag()
    let tracks = replay.devices.map { ReplayTrack($0.source, budget, stop) }
    for track in tracks { track.join() }
    if budget.isSpent { throw .tooLarge(replay.path, mostBytes: budget.byteCount) }
    for track in tracks { try track.check(replay.path) }
    return ReplayRun(
      streams: tracks.flatMap(\.streams),
      sent: replay.devices.map(\.sent))
  }
}

/// One device's run on its thread.
// SAFETY: what changes is written by the thread and read after it was joined.
private final class ReplayTrack: @unchecked Sendable {
  private let source: DeviceSource
  private(set) var streams: [CollectedStream] = []
  private var error: TransportError?
  private var refusal: DeviceRefusal?
  private var thread: WorkerThread?

  init(_ source: DeviceSource, _ budget: MemoryBudget, _ stop: StopFlag) {
    self.source = source
    thread = WorkerThread(source.name) { self.run(budget, stop) }
  }

  func join() { thread?.join() }

  func check(_ path: String) throws(Fault) {
    if case .damagedCapture? = error, let error { throw .capture(error, path: path) }
    if let refusal { throw .refusal(refusal, device: source) }
    if streams.isEmpty { throw .notUnderstood(source, path) }
  }

  private func run(_ budget: MemoryBudget, _ stop: StopFlag) {
    let setup = DriverSetup(category: source.category, settings: source.settings)
    let run = MemoryRun(
      name: source.name, driver: source.driver(setup), budget: budget, stop: stop)
    do throws(TransportError) {
      try run.run(at: HostTime(nanoseconds: 0), open: source.open)
      error = run.lastError
    } catch {
      self.error = error
    }
    streams = run.streams
    refusal = run.board.refusals.count > 0 ? run.board.refusals[0] : nil
  }
}
