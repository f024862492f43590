public import FluxgateDevice
internal import FluxgateRecording
public import FluxgateSignal
public import FluxgateTransport
internal import Synchronization

/// Runs one device's acquisition on the calling thread and keeps all rows in memory.
///
/// The same path as a recording's up to the rings: link, framer, decoder, blocks. Rows are taken
/// from the rings before each read, so that none is ever refused.
public final class MemoryRun {
  public let board: DeviceBoard
  /// In the order announced; complete after `run`.
  public private(set) var streams: [CollectedStream] = []
  /// What ended the run.
  public private(set) var lastError: TransportError?
  private let driver: Driver
  private let budget: MemoryBudget
  private let stop: StopFlag
  private var collectors: [StreamCollector] = []

  /// - Parameters:
  ///   - budget: shared by all runs that are held at once.
  ///   - stop: raised to end the run; the run raises it when the budget is spent.
  public init(
    name: String, driver: Driver, budget: MemoryBudget = MemoryBudget(), stop: StopFlag = StopFlag()
  ) {
    board = DeviceBoard(name: name)
    self.driver = driver
    self.budget = budget
    self.stop = stop
  }

  /// Runs until the link ends for good.
  ///
  /// - Parameter open: gives the first link and each one after a loss.
  public func run(at start: HostTime, open: @escaping Acquisition.Opener) throws(TransportError) {
    let gated: Acquisition.Opener = { (time) throws(TransportError) in
      GatedTransport(try open(time)) { [self] in drain() }
    }
    let acquisition = Acquisition(driver: driver, board: board, open: gated)
    acquisition.run(link: try gated(start), until: stop) { _ in drain() }
    drain()
    lastError = acquisition.lastError
    streams = collectors.map { $0.finish() }
    collectors = []
  }

  private func drain() {
    if collectors.isEmpty, let announcement = board.announcement {
      collectors = announcement.outlets.map { StreamCollector($0, device: board.name, budget) }
    }
    for collector in collectors { collector.drain() }
    if budget.isSpent { stop.raise() }
  }
}

/// How many bytes of rows may be held in memory. Any thread may spend.
public final class MemoryBudget: Sendable {
  public let byteCount: Int
  private let spent = Atomic<Int>(0)

  public init(byteCount: Int = 1 << 30) { self.byteCount = byteCount }

  public var isSpent: Bool { spent.load(ordering: .relaxed) > byteCount }

  /// - Returns: false when the bytes do not fit.
  func spend(_ count: Int) -> Bool {
    spent.wrappingAdd(count, ordering: .relaxed).newValue <= byteCount
  }
}

/// The reading end of one stream's ring.
private final class StreamCollector {
  private var reader: BlockRing.Reader
  private var stream: CollectedStream
  private var digest: StreamDigest? = StreamDigest()
  private let budget: MemoryBudget

  init(_ outlet: AnnouncedStream, device: String, _ budget: MemoryBudget) {
    let description = outlet.description
    reader = outlet.ring.claimReader()
    stream = CollectedStream(
      name: "\(device).\(description.name)", sampleType: description.sampleType,
      channels: description.channels.map(\.name))
    self.budget = budget
  }

  func drain() {
    while reader.consume({ block in take(block) }) {}
  }

  func finish() -> CollectedStream {
    stream.finish()
    if let spent = digest.take() { stream.digest = spent.finish() }
    return stream
  }

  private func take(_ block: borrowing SampleBlock) {
    let content = ChunkContent(block, stream: 0)
    guard budget.spend(content.rows.count) else { return }
    digest?.add(block)
    stream.append(content.rows, firstSample: content.firstSample, gaps: content.gaps)
  }
}
