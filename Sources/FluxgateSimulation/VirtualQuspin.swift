public import FluxgateSignal

/// A QuSpin zero-field magnetometer behind its electronics module: status lines until it is told to
/// stream, then 200 samples a second and nothing else.
///
/// The module has a supply of its own: it goes on while the cable is out. A reboot puts it back to a
/// cold cell and status lines.
public final class VirtualQuspin: VirtualDevice {
  public struct Settings: Sendable {
    public var seed: UInt64 = 1
    /// Positive: the module's clock is slow, so its samples come late.
    public var clockErrorPartsPerMillion = 0.0
    /// Bytes reach the line only at every multiple of this, as behind an FTDI chip's latency timer.
    public var lump: Int64 = 0
    /// When, after the first sample, the laser loses its lock, and for how long. Whether a real module
    /// speaks of it between samples is not published; this one does, so that the way of such a line
    /// into a recording can be followed.
    public var lockLoss: (after: Int64, duration: Int64)?
    /// Starts with everything locked and zeroed, for clients that do not wait.
    public var isWarm = false
    /// Times count from the first sample.
    public var faults: [InjectedFault] = []

    public init() {}
  }

  private static let samplesPerSecond = 200
  private static let statusPeriod = Int64.seconds(1) * 2 / 15
  private static let bootTime = Int64.seconds(1)

  private let settings: Settings
  private var module = QuspinModule()
  private var line: BoardLine
  private var signal: LineSignal
  private var random: SeededRandom
  private var made = TruthStream(name: "field", sampleType: .int32, channelCount: 1)
  private var faults: ArraySlice<InjectedFault>
  private var poweredAt: HostTime?
  private var begun: HostTime?
  private var streamStart: HostTime?
  private var samplesSinceStart: Int64 = 0
  private var statusAt: HostTime?
  private var bootsUntil: HostTime?
  private var samplesToDrop = 0
  private var samplesToCorrupt = 0
  private var lockChanges: ArraySlice<Int64>

  public init(_ settings: Settings = Settings()) {
    self.settings = settings
    line = BoardLine(lump: settings.lump)
    signal = LineSignal(seed: settings.seed)
    random = SeededRandom(seed: settings.seed &+ 1)
    faults = settings.faults.sorted { $0.after < $1.after }[...]
    lockChanges = settings.lockLoss.map { [$0.after, $0.after + $0.duration] } ?? []
  }

  public var truth: [TruthStream] { [made] }
  public var isPlugged: Bool { line.isPlugged }
  /// Every command byte that came, for tests of what is sent.
  public private(set) var commands: [UInt8] = []

  public func connected(at now: HostTime) {
    if poweredAt == nil { power(at: now) }
    advance(to: now)
    line.isConnected = true
    // The line that is under way when a gateway begins to listen has lost its beginning.
    line.send(Array("2768.00\r\n".utf8), at: now)
  }

  public func disconnected(at now: HostTime) {
    line.isConnected = false
    line.clear()
  }

  public func receive(_ bytes: [UInt8], at now: HostTime) {
    advance(to: now)
    guard bootsUntil == nil, line.isHeard(at: now) else { return }
    for byte in bytes { take(byte, at: now) }
  }

  public func takeOutput() -> [UInt8] { line.takeOutput() }

  public var nextWake: HostTime {
    let fault = faults.first.flatMap { fault in begun.map { $0.advanced(by: fault.after) } }
    let lock = lockChanges.first.flatMap { after in begun.map { $0.advanced(by: after) } }
    let wakes = [
      fault, lock, bootsUntil, nextSample, statusAt, module.calibrationEnd, line.nextWake,
    ]
    return wakes.compactMap { $0 }.min() ?? .distantFuture
  }

  public func advance(to now: HostTime) {
    while nextWake <= now { step(at: nextWake) }
  }

  private func power(at now: HostTime) {
    poweredAt = now
    statusAt = now
    guard settings.isWarm else { return }
    for command in ">DE".utf8 {
      _ = module.take(
        command, at: now.advanced(by: command == UInt8(ascii: "E") ? 0 : -.seconds(60)))
    }
  }

  private func take(_ command: UInt8, at now: HostTime) {
    commands.append(command)
    if command == UInt8(ascii: "e") { return reboot(at: now) }
    if let answer = module.take(command, at: now) { say("#\(answer)", at: now) }
    if module.isStreaming, streamStart == nil {
      begun = begun ?? now
      streamStart = now
      samplesSinceStart = 0
      statusAt = nil
    } else if !module.isStreaming, streamStart != nil {
      streamStart = nil
      statusAt = now.advanced(by: Self.statusPeriod)
    }
  }

  private var nextSample: HostTime? {
    guard let streamStart else { return nil }
    let slow = Int128(1_000_000_000 + Int64(settings.clockErrorPartsPerMillion * 1000))
    let passed = Int128(samplesSinceStart + 1) * slow / Int128(Self.samplesPerSecond)
    return streamStart.advanced(by: Int64(clamping: passed))
  }

  private func step(at now: HostTime) {
    line.step(at: now)
    while let fault = faults.first, let begun, begun.advanced(by: fault.after) <= now {
      faults.removeFirst()
      inject(fault.kind, at: now)
    }
    changeLock(at: now)
    if let end = bootsUntil, end <= now {
      bootsUntil = nil
      statusAt = now
    }
    if let end = module.calibrationEnd, end <= now {
      say("#\(module.finishCalibration(at: now))", at: now)
    }
    if let due = statusAt, due <= now {
      for text in module.status(at: now) { say(text, at: now) }
      statusAt = due.advanced(by: Self.statusPeriod)
    }
    if let due = nextSample, due <= now { makeSample(at: now) }
  }

  private func inject(_ fault: InjectedFault.Kind, at now: HostTime) {
    switch fault {
    case .dropFrame: samplesToDrop += 1
    case .corruptFrame: samplesToCorrupt += 1
    case .stall(let duration): line.stall(until: now.advanced(by: duration))
    case .unplug(let duration): line.unplug(until: now.advanced(by: duration))
    case .reboot: reboot(at: now)
    }
  }

  private func reboot(at now: HostTime) {
    module = QuspinModule()
    streamStart = nil
    statusAt = nil
    bootsUntil = now.advanced(by: Self.bootTime)
  }

  private func changeLock(at now: HostTime) {
    guard let begun, let after = lockChanges.first, begun.advanced(by: after) <= now,
      let loss = settings.lockLoss
    else { return }
    lockChanges.removeFirst()
    let start = begun.advanced(by: loss.after)
    module.lockLost = start..<start.advanced(by: loss.duration)
    say("|3\(module.isLocked(at: now) ? 1 : 0)", at: now)
  }

  private func makeSample(at now: HostTime) {
    samplesSinceStart += 1
    let code = Int32(8_388_608 + (signal.next() * 100).rounded())
    made.rows += LineSignal.bytes(of: code)
    var text = Array("!\(code)\r\n".utf8)
    if samplesToDrop > 0 {
      samplesToDrop -= 1
      made.withheld.append(UInt64(made.rowCount - 1))
      return
    }
    if samplesToCorrupt > 0 {
      samplesToCorrupt -= 1
      made.withheld.append(UInt64(made.rowCount - 1))
      text[1 + Int(random.next() % 7)] = UInt8(ascii: "x")
    }
    if !line.isHeard(at: now) { made.withheld.append(UInt64(made.rowCount - 1)) }
    line.send(text, at: now)
  }

  /// Modules put zeros between their lines now and then.
  private func say(_ text: String, at now: HostTime) {
    let filling: [UInt8] = random.next() % 8 == 0 ? [0] : []
    line.send(filling + Array(text.utf8) + [0x0D, 0x0A], at: now)
  }
}
