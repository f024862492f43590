public import FluxgateSignal

/// An IEEE 11073-20601 agent made of code: a glucose meter with a PM-store, or a monitor that reports.
///
/// It associates with an extended configuration and waits for a manager. Unsent reports are kept while
/// nobody is associated. Encoders here share nothing with the driver's decoders.
public final class VirtualAgent: VirtualDevice {
  public struct Settings: Sendable {
    public enum Kind: Sendable { case meter, monitor }

    public var kind = Kind.meter
    public var seed: UInt64 = 1
    /// Entries in the meter's store at the first connection.
    public var historyCount = 40
    /// From stored entry to stored entry, or from report to report.
    public var interval = Int64.seconds(45)
    /// Whether reports want a confirmation.
    public var confirmsReports = true
    /// Whether values are in mmol/L.
    public var isMolar = false
    /// Every so many reports one is sent twice; 0 for never.
    public var repeatsEvery = 0
    /// When the agent ends the association by itself, in nanoseconds after the start.
    public var aborts: [Int64] = []
    public var faults: [InjectedFault] = []

    public init() {}
  }

  enum Stage { case away, associating, configuring, operating }

  static let reconnectTime = Int64.seconds(2)
  static let associationTime = Int64.seconds(10)
  static let answerTime = Int64.seconds(3)

  let settings: Settings
  var stage = Stage.away
  /// When the agent stops to wait for an answer, or tries to associate.
  var due = HostTime.distantFuture
  var invoke: Int64 = 0x7700
  var reportNumber: Int64 = 0
  /// Readings not yet sent, or sent and not yet confirmed.
  var waiting: [AgentReading] = []
  var awaitsConfirmation = false
  var stored: [AgentReading] = []
  /// Number of the next entry of a transfer under way.
  var transferPlace: Int?
  private(set) var clock = HostTime(nanoseconds: 0)
  private(set) var startedAt: HostTime?
  private var wearer: AgentWearer
  private var nextReading = HostTime.distantFuture
  private var pluggedAgain = HostTime.distantFuture
  private var silentUntil = HostTime(nanoseconds: 0)
  private var nextFault = 0
  private var nextAbort = 0
  private var random: SeededRandom
  private var dropsNext = false
  private var corruptsNext = false
  private var input: [UInt8] = []
  private var output: [UInt8] = []
  var streams: [TruthStream]
  /// Whether the first of `waiting` is in the truth already: it may be sent again.
  var isNoted = false
  private var sentReports = 0
  public private(set) var isPlugged = true
  /// Types of all actions and choices asked for: for tests that none of them writes.
  public var questions: Set<UInt16> = []

  public init(_ settings: Settings) {
    self.settings = settings
    wearer = AgentWearer(seed: settings.seed, isMolar: settings.isMolar)
    random = SeededRandom(seed: settings.seed &+ 5)
    streams = ["observations", "stored_observations"].map {
      TruthStream(name: $0, sampleType: .int64, channelCount: 16)
    }
  }

  public var truth: [TruthStream] { streams }

  public func connected(at now: HostTime) {
    if startedAt == nil { start(at: now) }
    advance(to: now)
    forgetConversation()
    associate()
  }

  public func disconnected(at now: HostTime) { forgetConversation() }

  public func receive(_ bytes: [UInt8], at now: HostTime) {
    advance(to: now)
    guard isPlugged, input.count + bytes.count <= 1 << 16 else { return }
    input += bytes
    answerAll()
  }

  public func advance(to now: HostTime) {
    while nextWake <= now {
      clock = max(clock, nextWake)
      step()
    }
    clock = max(clock, now)
  }

  public var nextWake: HostTime {
    var wake = min(nextReading, pluggedAgain)
    if let startedAt, nextFault < faults.count {
      wake = min(wake, startedAt.advanced(by: faults[nextFault].after))
    }
    if let startedAt, nextAbort < settings.aborts.count {
      wake = min(wake, startedAt.advanced(by: settings.aborts[nextAbort]))
    }
    if silentUntil > clock { return min(wake, silentUntil) }
    return min(wake, due)
  }

  public func takeOutput() -> [UInt8] {
    defer { output = [] }
    return output
  }

  /// The agent's wall clock: an hour and some seconds beside UTC, in whole hundredths.
  var wallMilliseconds: Int64 { wall(at: clock) }

  private var faults: [InjectedFault] { settings.faults }

  private func wall(at time: HostTime) -> Int64 {
    (time.nanoseconds / .milliseconds(10)) * 10 + 3_600_000 + Int64(settings.seed % 50) * 1000
  }

  private func start(at now: HostTime) {
    startedAt = now
    clock = now
    nextReading = now.advanced(by: settings.interval)
    guard settings.kind == .meter else { return }
    for back in stride(from: settings.historyCount, to: 0, by: -1) {
      store(at: now.advanced(by: -Int64(back) * .seconds(3600)))
    }
  }

  private func step() {
    if pluggedAgain <= clock {
      pluggedAgain = .distantFuture
      isPlugged = true
    }
    if nextReading <= clock { makeReading() }
    if let startedAt { misbehave(clock.since(startedAt)) }
    guard silentUntil <= clock else { return }
    answerAll()
    if due <= clock { runOut() }
  }

  /// Faults and aborts that are due so long after the start.
  private func misbehave(_ age: Int64) {
    if nextFault < faults.count, faults[nextFault].after <= age {
      nextFault += 1
      inject(faults[nextFault - 1].kind)
    }
    if nextAbort < settings.aborts.count, settings.aborts[nextAbort] <= age {
      nextAbort += 1
      if stage == .operating { breakOff() }
    }
  }

  private func makeReading() {
    let time = nextReading
    nextReading = time.advanced(by: settings.interval)
    if settings.kind == .meter { return store(at: time) }
    waiting.append(wearer.reading(wall: wall(at: time), utc: time.nanoseconds))
    report()
  }

  private func store(at time: HostTime) {
    let reading = wearer.reading(wall: wall(at: time), utc: time.nanoseconds)
    let record = Int64(Self.store) << 48 | Int64(Self.segment) << 32 | Int64(stored.count)
    note(reading, to: 1, record: record, report: Int64(stored.count))
    stored.append(reading)
  }

  /// What was waited for did not come.
  private func runOut() {
    due = .distantFuture
    switch stage {
    case .away, .associating: associate()
    case .configuring, .operating: breakOff()
    }
  }

  private func breakOff() {
    emit(AgentBytes.message(0xE600, [0, 2]))
    leave()
  }

  private func inject(_ fault: InjectedFault.Kind) {
    switch fault {
    case .dropFrame: dropsNext = true
    case .corruptFrame: corruptsNext = true
    case .reboot: unplug(for: Self.reconnectTime)
    case .unplug(let duration): unplug(for: duration)
    case .stall(let duration): silentUntil = clock.advanced(by: duration)
    }
  }

  private func unplug(for duration: Int64) {
    isPlugged = false
    forgetConversation()
    pluggedAgain = clock.advanced(by: duration)
  }

  private func forgetConversation() {
    input = []
    output = []
    leave()
    due = .distantFuture
  }

  /// Out of the association: it is tried again after a while.
  func leave() {
    stage = .away
    transferPlace = nil
    awaitsConfirmation = false
    reportNumber = 0
    due = clock.advanced(by: Self.reconnectTime)
  }

  private func answerAll() {
    guard silentUntil <= clock else { return }
    while input.count >= 4 {
      let length = 4 + Int(input[2]) << 8 + Int(input[3])
      guard input.count >= length else { return }
      let message = Array(input[0..<length])
      input.removeFirst(length)
      take(message)
    }
  }

  /// Sends a message, unless it falls to a fault.
  ///
  /// - Returns: false when it did not arrive whole.
  @discardableResult
  func emit(_ message: [UInt8]) -> Bool {
    guard silentUntil <= clock else { return false }
    if dropsNext {
      dropsNext = false
      return false
    }
    guard corruptsNext else {
      output += message
      return true
    }
    // Links under this protocol have checksums: what a fault can change unseen is where it is cut.
    corruptsNext = false
    var damaged = message
    damaged[Int(random.next() % 4)] ^= UInt8(1 + random.next() % 255)
    output += damaged
    return false
  }

  /// Sends what waits: all of it without confirmations, else one and then the next.
  func report() {
    guard stage == .operating, !awaitsConfirmation, silentUntil <= clock else { return }
    while let reading = waiting.first {
      sentReports += 1
      let message = reportMessage(reading, number: reportNumber)
      noteReport(reading)
      let arrived = emit(message)
      reportNumber = (reportNumber + 1) & 0xFFFF
      if settings.repeatsEvery > 0, sentReports % settings.repeatsEvery == 0 { emit(message) }
      if settings.confirmsReports {
        awaitsConfirmation = true
        due = clock.advanced(by: Self.answerTime)
        return
      }
      waiting.removeFirst()
      isNoted = false
      if !arrived { withhold() }
    }
  }

  func confirmed() {
    guard awaitsConfirmation else { return }
    awaitsConfirmation = false
    waiting.removeFirst()
    isNoted = false
    due = .distantFuture
    report()
  }
}
