internal import FluxgateDevice
public import FluxgateSignal

/// An OpenBCI Cyton on its dongle, or another board of its kind (``BoardModel``).
///
/// A Cyton streams between `b` and `s`, also while the cable is out, and starts anew with `v`; the
/// others stream from the first connection on.
public final class VirtualCyton: VirtualDevice {
  public struct Settings: Sendable {
    public var model = BoardModel.cyton
    public var seed: UInt64 = 1
    /// Positive: the board's clock is slow, so its samples come late.
    public var clockErrorPartsPerMillion = 0.0
    /// Bytes reach the line only at every multiple of this, as behind an FTDI chip's latency timer.
    public var lump: Int64 = 0
    /// False: only the dongle is there, and no board within its reach.
    public var hasBoard = true
    /// Times count from the first frame.
    public var faults: [InjectedFault] = []

    public init() {}
  }

  private static let bootTime = Int64.milliseconds(300)

  private let settings: Settings
  private var console: CytonConsole
  private var signal: BoardSignal
  private var row: BoardSignal.Row?
  private var line: BoardLine
  private var random: SeededRandom
  private var made: TruthStream
  private var faults: ArraySlice<InjectedFault>
  private var begun: HostTime?
  private var bootsUntil: HostTime?
  /// When and after how many frames of this life the stream began; nil while it stands.
  private var streamStart: HostTime?
  private var framesSinceStart: Int64 = 0
  private var framesToDrop = 0
  private var framesToCorrupt = 0
  private var isRowWithheld = false

  public init(_ settings: Settings = Settings()) {
    self.settings = settings
    console = CytonConsole(
      hasDaisy: settings.model == .cytonDaisy, hasBoard: settings.hasBoard)
    signal = BoardSignal(model: settings.model, seed: settings.seed)
    line = BoardLine(lump: settings.lump)
    random = SeededRandom(seed: settings.seed)
    made = TruthStream(
      name: settings.model.streamName, sampleType: .int32,
      channelCount: settings.model.columnCount)
    faults = settings.faults.sorted { $0.after < $1.after }[...]
  }

  public var truth: [TruthStream] { [made] }
  /// Whether frames are being made; a Cyton stands still before `b` and after `s`.
  public var isStreaming: Bool { streamStart != nil }
  public var isPlugged: Bool { line.isPlugged }
  /// Every acceleration that was sent in a frame of its own number, for the slow stream.
  public private(set) var accelerations: [[Int64]] = []

  public func connected(at now: HostTime) {
    line.isConnected = true
    if settings.model.runsFreely, begun == nil { beginStream(at: now) }
  }

  public func disconnected(at now: HostTime) {
    line.isConnected = false
    line.clear()
  }

  public func receive(_ bytes: [UInt8], at now: HostTime) {
    advance(to: now)
    guard !settings.model.runsFreely, bootsUntil == nil, line.isHeard(at: now) else { return }
    for byte in bytes {
      let answer = console.take(byte)
      line.send(Array(answer.utf8), at: now)
      if console.isStreaming != (streamStart != nil) {
        if console.isStreaming { beginStream(at: now) } else { endStream() }
      }
    }
  }

  public func takeOutput() -> [UInt8] { line.takeOutput() }

  public var nextWake: HostTime {
    let fault = faults.first.flatMap { fault in begun.map { $0.advanced(by: fault.after) } }
    return [fault, bootsUntil, nextFrame, line.nextWake].compactMap { $0 }.min() ?? .distantFuture
  }

  public func advance(to now: HostTime) {
    while nextWake <= now { step(at: nextWake) }
  }

  private func beginStream(at now: HostTime) {
    begun = begun ?? now
    streamStart = now
    framesSinceStart = 0
  }

  private func endStream() {
    streamStart = nil
    row = nil
  }

  private var nextFrame: HostTime? {
    guard let streamStart else { return nil }
    let slow = Int128(1_000_000_000 + Int64(settings.clockErrorPartsPerMillion * 1000))
    let passed = Int128(framesSinceStart + 1) * slow / Int128(settings.model.framesPerSecond)
    return streamStart.advanced(by: Int64(clamping: passed))
  }

  private func step(at now: HostTime) {
    line.step(at: now)
    while let fault = faults.first, let begun, begun.advanced(by: fault.after) <= now {
      faults.removeFirst()
      inject(fault.kind, at: now)
    }
    if let end = bootsUntil, end <= now { boot(at: now) }
    if let due = nextFrame, due <= now { makeFrame(at: now) }
  }

  private func inject(_ fault: InjectedFault.Kind, at now: HostTime) {
    switch fault {
    case .dropFrame: framesToDrop += 1
    case .corruptFrame: framesToCorrupt += 1
    case .stall(let duration): line.stall(until: now.advanced(by: duration))
    case .unplug(let duration): line.unplug(until: now.advanced(by: duration))
    case .reboot:
      console.reset()
      endStream()
      bootsUntil = now.advanced(by: Self.bootTime)
    }
  }

  private func boot(at now: HostTime) {
    bootsUntil = nil
    if settings.model.runsFreely {
      beginStream(at: now)
    } else {
      line.send(Array(console.banner.utf8), at: now)
    }
  }

  /// A row begins with its first frame and is in the truth with its last.
  private func makeFrame(at now: HostTime) {
    let part = Int(framesSinceStart) % settings.model.framesPerRow
    if part == 0 {
      row = signal.next()
      isRowWithheld = false
    }
    guard let row else { return }
    let counter = Int(framesSinceStart) % settings.model.counterModulus
    if !deliver(frame(row, counter: counter, part: part, at: now), at: now) {
      isRowWithheld = true
    } else if part == 0, !console.isTimed, let acceleration = row.acceleration {
      accelerations.append([Int64(counter)] + acceleration.map(Int64.init))
    }
    framesSinceStart += 1
    if part == settings.model.framesPerRow - 1 { keep(row) }
  }

  private func keep(_ row: BoardSignal.Row) {
    if isRowWithheld { made.withheld.append(UInt64(made.rowCount)) }
    let columns = settings.model == .adsBoard ? [row.status] + row.codes : row.codes
    for code in columns { made.rows += TioBytes.u32(UInt32(bitPattern: code)) }
  }

  private func frame(
    _ row: BoardSignal.Row, counter: Int, part: Int, at now: HostTime
  ) -> [UInt8] {
    switch settings.model {
    case .adsBoard: return BoardFrames.adsBoard(row, counter: counter)
    case .freeEEG32: return BoardFrames.freeEEG32(row, counter: counter)
    case .cyton, .cytonDaisy:
      let milliseconds = streamStart.map { UInt32(clamping: now.since($0) / .milliseconds(1)) }
      // The Daisy's half comes first and with an even number.
      let isDaisy = settings.model == .cytonDaisy && part == 0
      return BoardFrames.cyton(
        part == 0 ? row : BoardSignal.Row(codes: row.codes, status: row.status),
        counter: counter, channels: isDaisy ? 8..<16 : 0..<8,
        milliseconds: console.isTimed ? milliseconds : nil)
    }
  }

  /// - Returns: false where a fault keeps the frame, whole or in part, from the line.
  private func deliver(_ frame: [UInt8], at now: HostTime) -> Bool {
    guard line.isHeard(at: now) else { return false }
    if framesToDrop > 0 {
      framesToDrop -= 1
      return false
    }
    guard framesToCorrupt > 0 else {
      line.send(frame, at: now)
      return true
    }
    framesToCorrupt -= 1
    // Without a checksum only the sync, the number and the end can show the damage.
    let telling = [0, 1, frame.count - 1]
    let places = settings.model == .adsBoard ? Array(frame.indices) : telling
    var damaged = frame
    damaged[places[Int(random.next() % UInt64(places.count))]] ^=
      UInt8(truncatingIfNeeded: random.next() | 0x10)
    line.send(damaged, at: now)
    return false
  }
}
