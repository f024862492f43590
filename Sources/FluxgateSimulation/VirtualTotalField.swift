public import FluxgateSignal

/// A QuSpin total-field magnetometer (QTFM) of either generation: 250 lines a second from the first
/// connection on, also while the cable is out.
///
/// Both generations measure 500 times a second and give every `decimation`th cycle. The second counts
/// cycles round 500 and milliseconds since power-on round 2^32.
public final class VirtualTotalField: VirtualDevice {
  public enum Generation: Sendable { case first, second }

  public struct Settings: Sendable {
    public var generation = Generation.second
    public var seed: UInt64 = 1
    public var decimation: Int64 = 2
    /// Milliseconds on the sensor's clock at its first line.
    public var clockAtStart: UInt32 = 86_340_000
    /// Positive: the sensor's clock is slow, so its samples come late.
    public var clockErrorPartsPerMillion = 0.0
    /// Bytes reach the line only at every multiple of this, as behind an FTDI chip's latency timer.
    public var lump: Int64 = 0
    /// One line in so many says that its scalar is not valid; 0 for none.
    public var invalidEvery = 0
    /// Times count from the first sample.
    public var faults: [InjectedFault] = []

    public init() {}
  }

  private static let cyclesPerSecond: Int64 = 500
  private static let bootTime = Int64.seconds(1)

  private let settings: Settings
  private var line: BoardLine
  private var signal: LineSignal
  private var random: SeededRandom
  private var made: TruthStream
  private var faults: ArraySlice<InjectedFault>
  private var begun: HostTime?
  private var streamStart: HostTime?
  private var samplesSinceStart: Int64 = 0
  private var clockOffset: UInt32
  private var bootsUntil: HostTime?
  private var samplesToDrop = 0
  private var samplesToCorrupt = 0

  public init(_ settings: Settings = Settings()) {
    precondition((2...11).contains(settings.decimation))
    self.settings = settings
    line = BoardLine(lump: settings.lump)
    signal = LineSignal(seed: settings.seed)
    random = SeededRandom(seed: settings.seed &+ 1)
    clockOffset = settings.clockAtStart
    made =
      settings.generation == .first
      ? TruthStream(name: "field", sampleType: .int32, channelCount: 4)
      : TruthStream(name: "field", sampleType: .int64, channelCount: 7)
    faults = settings.faults.sorted { $0.after < $1.after }[...]
  }

  public var truth: [TruthStream] { [made] }
  public var isPlugged: Bool { line.isPlugged }

  public func connected(at now: HostTime) {
    if begun == nil {
      begun = now
      streamStart = now
    }
    advance(to: now)
    line.isConnected = true
    line.send(Array("107\r\n".utf8), at: now)
  }

  public func disconnected(at now: HostTime) {
    line.isConnected = false
    line.clear()
  }

  /// The sensor's commands are not published with enough detail to answer them.
  public func receive(_ bytes: [UInt8], at now: HostTime) { advance(to: now) }

  public func takeOutput() -> [UInt8] { line.takeOutput() }

  public var nextWake: HostTime {
    let fault = faults.first.flatMap { fault in begun.map { $0.advanced(by: fault.after) } }
    return [fault, bootsUntil, nextSample, line.nextWake].compactMap { $0 }.min() ?? .distantFuture
  }

  public func advance(to now: HostTime) {
    while nextWake <= now { step(at: nextWake) }
  }

  private var nextSample: HostTime? {
    guard let streamStart else { return nil }
    let slow = Int128(1_000_000_000 + Int64(settings.clockErrorPartsPerMillion * 1000))
    let cycles = Int128((samplesSinceStart + 1) * settings.decimation)
    return streamStart.advanced(by: Int64(clamping: cycles * slow / Int128(Self.cyclesPerSecond)))
  }

  private func step(at now: HostTime) {
    line.step(at: now)
    while let fault = faults.first, let begun, begun.advanced(by: fault.after) <= now {
      faults.removeFirst()
      inject(fault.kind, at: now)
    }
    if let end = bootsUntil, end <= now {
      bootsUntil = nil
      streamStart = now
    }
    if let due = nextSample, due <= now { makeSample(at: now) }
  }

  private func inject(_ fault: InjectedFault.Kind, at now: HostTime) {
    switch fault {
    case .dropFrame: samplesToDrop += 1
    case .corruptFrame: samplesToCorrupt += 1
    case .stall(let duration): line.stall(until: now.advanced(by: duration))
    case .unplug(let duration): line.unplug(until: now.advanced(by: duration))
    case .reboot:
      streamStart = nil
      samplesSinceStart = 0
      clockOffset = 0
      bootsUntil = now.advanced(by: Self.bootTime)
    }
  }

  private func makeSample(at now: HostTime) {
    var text = settings.generation == .first ? firstLine() : secondLine()
    samplesSinceStart += 1
    if samplesToDrop > 0 {
      samplesToDrop -= 1
      return withhold()
    }
    if samplesToCorrupt > 0 {
      samplesToCorrupt -= 1
      text[2 + Int(random.next() % 4)] = UInt8(ascii: "#")
      withhold()
    }
    if !line.isHeard(at: now) { withhold() }
    line.send(text, at: now)
  }

  private func withhold() { made.withheld.append(UInt64(made.rowCount - 1)) }

  /// By the decimation: the field alone, with the signal's strength, with the cycle too.
  private func firstLine() -> [UInt8] {
    let field = Int32((52_926_706 + signal.next()) / 1000 * 6009.342147)
    let strength = Int32(100 + samplesSinceStart % 50)
    let cycle = Int32(samplesSinceStart % 1000)
    var columns = [field, Int32.min, Int32.min, 1]
    var text = "!\(field)"
    if settings.decimation >= 3 {
      text += "@\(strength)"
      (columns[1], columns[3]) = (strength, 3)
    }
    if settings.decimation >= 6 {
      text += "^\(cycle)"
      (columns[2], columns[3]) = (cycle, 7)
    }
    for column in columns { made.rows += LineSignal.bytes(of: column) }
    return Array("\(text)\r\n".utf8)
  }

  private func secondLine() -> [UInt8] {
    let field = Int64(52_926_706 + signal.next())
    let vector = field + 1_000_000
    let isInvalid =
      settings.invalidEvery > 0 && samplesSinceStart % Int64(settings.invalidEvery) == 9
    let cycles = samplesSinceStart * settings.decimation
    let clock = clockOffset &+ UInt32(truncatingIfNeeded: cycles * 1000 / Self.cyclesPerSecond)
    let columns = [isInvalid ? Int64.min : field, 89, vector, Int64(clock), 139, 107]
    for column in columns { made.rows += LineSignal.bytes(of: column) }
    made.rows += LineSignal.bytes(of: Int64(isInvalid ? 62 : 63))
    return Array(
      ("!\(Self.decimal(field))\(isInvalid ? "*" : "_")Y\(Self.decimal(vector))="
        + "@\(Self.digits(cycles % Self.cyclesPerSecond))>\(clock)s139v107\r\n").utf8)
  }

  private static func decimal(_ picotesla: Int64) -> String {
    "\(picotesla / 1000).\(digits(picotesla % 1000))"
  }

  private static func digits(_ number: Int64) -> String {
    String(String(1000 + number).dropFirst())
  }
}
