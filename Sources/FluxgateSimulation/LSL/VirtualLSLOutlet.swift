public import FluxgateSignal
internal import FluxgateTransport

/// A Lab Streaming Layer outlet made of code: description, feed and time service of protocol 1.10.
/// Its signal is simulated and of no person.
///
/// On its line pass ``LSLEnvelope``s. Row 0 of the truth is the first that a receiver could have had;
/// rows are made from then on whether or not anybody reads. Faults: `dropFrame` lets one sample fall
/// out of the buffer, `corruptFrame` spoils the next feed's test pattern, `reboot` ends the outlet
/// for half a second (nothing is made meanwhile) and starts it under another uid, `stall` holds
/// samples back in the buffer, whose oldest are dropped when it is full.
public final class VirtualLSLOutlet: VirtualDevice {
  private static let restartTime = Int64.milliseconds(500)

  let settings: LSLOutletSettings
  private var source: LSLOutletSource
  private var faults: [InjectedFault]
  private var steps: [(after: Int64, by: Int64)]
  private var reader = LSLEnvelopeReader()
  private var output: [UInt8] = []
  private var started: HostTime?
  private var lives = 1
  private var now = HostTime(nanoseconds: .min)
  private var stepped: Int64 = 0
  private var buffer: [LSLOutletSource.Row] = []
  private var bufferLimit = 0
  private var isFed = false
  private var isBig = false
  private var spoilsPattern = false
  private var drops = 0
  private var silentUntil: HostTime?
  private var goneUntil: HostTime?
  private var restartsAt: HostTime?
  /// The port that descriptions name; a host sets it.
  var port: UInt16 = 16_572

  public init(_ settings: LSLOutletSettings = LSLOutletSettings()) {
    self.settings = settings
    source = LSLOutletSource(settings)
    faults = settings.faults.sorted { $0.after < $1.after }
    steps = settings.clockSteps.sorted { $0.after < $1.after }
  }

  public var truth: [TruthStream] { settings.format == .string ? [] : [source.truth] }
  /// Texts and the host's times at which they were made.
  public var truthTexts: [(time: HostTime, text: String)] { source.texts }
  /// The host's times at which rows were made.
  public var truthTimes: [HostTime] { source.times }
  public var isPlugged: Bool { goneUntil == nil }

  public func connected(at now: HostTime) {
    started = started ?? now
    clearLine()
    advance(to: now)
  }

  public func disconnected(at now: HostTime) { clearLine() }

  public func receive(_ bytes: [UInt8], at now: HostTime) {
    advance(to: now)
    for (kind, payload) in reader.take(bytes) {
      switch kind {
      case .info: output += LSLEnvelope.encode(.info, text.fullInfo) + LSLEnvelope.encode(.infoEnd)
      case .feed: open(String(decoding: payload, as: UTF8.self))
      case .datagram: answerTime(String(decoding: payload, as: UTF8.self))
      case .hangUp:
        // The connection is gone; whoever opens it anew finds the outlet there.
        clearLine()
        goneUntil = now.advanced(by: 1)
      case .infoEnd: break
      }
    }
    deliver()
  }

  /// The receiver of a hosted outlet's feed went away; others may still ask.
  func endFeed() { isFed = false }

  public func takeOutput() -> [UInt8] {
    defer { output.removeAll(keepingCapacity: true) }
    return output
  }

  public func advance(to end: HostTime) {
    while nextWake <= end {
      now = max(now, nextWake)
      injectDue()
      if let due = silentUntil, due <= now { silentUntil = nil }
      if let due = goneUntil, due <= now { goneUntil = nil }
      if let due = restartsAt, due <= now { begin() }
      makeRow()
      deliver()
    }
    now = max(now, end)
  }

  public var nextWake: HostTime {
    let fault = started.flatMap { began in faults.first.map { began.advanced(by: $0.after) } }
    let step = started.flatMap { began in steps.first.map { began.advanced(by: $0.after) } }
    return [fault, step, silentUntil, goneUntil, restartsAt, source.nextTime].compactMap { $0 }
      .min() ?? .distantFuture
  }

  // MARK: - Texts

  var text: LSLOutletText {
    LSLOutletText(settings: settings, uid: uid, port: port, createdAt: seconds(at: now))
  }

  /// The answer to a discovery query, and the port it is to be sent to; nil for one that means others.
  func shortInfo(for query: [UInt8]) -> (port: UInt16, answer: [UInt8])? {
    let lines = String(decoding: query, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard lines.count >= 3, lines[0] == "LSL:shortinfo", text.fits(lines[1]) else { return nil }
    let words = lines[2].split(separator: " ")
    guard words.count == 2, let port = UInt16(words[0]) else { return nil }
    return (port, Array("\(words[1])\r\n".utf8) + text.shortInfo)
  }

  /// Another one in each life, and for each source (FNV-1a of its id).
  private var uid: String {
    let source = settings.sourceID.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    let head = Self.hex(source >> 32, digits: 8)
    return "\(head)-1c7e-4f53-9c1e-" + Self.hex(settings.seed &* 1000 &+ UInt64(lives), digits: 12)
  }

  private static func hex(_ number: UInt64, digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text.suffix(digits)
  }

  private func open(_ request: String) {
    let words = request.split(whereSeparator: \.isWhitespace)
    guard words.first == "LSL:streamfeed/110" else {
      output += LSLEnvelope.encode(.feed, LSLOutletText.badVersion)
      return
    }
    guard words.count > 1, words[1] == uid else {
      output += LSLEnvelope.encode(.feed, LSLOutletText.unknown)
      return
    }
    isFed = true
    isBig = settings.isBigEndian
    bufferLimit =
      Self.longestBuffer(in: request).map { min($0, settings.bufferedSamples) }
      ?? settings.bufferedSamples
    buffer.removeAll()
    output += LSLEnvelope.encode(.feed, text.accepted(isBig: isBig))
    let pattern = wire.testPattern(
      channelCount: settings.channelCount, isDamaged: spoilsPattern)
    output += LSLEnvelope.encode(.feed, pattern)
    if !spoilsPattern { source.start(at: now) }
    spoilsPattern = false
  }

  private static func longestBuffer(in request: String) -> Int? {
    request.split(whereSeparator: \.isNewline).first { $0.hasPrefix("Max-Buffer-Length:") }
      .flatMap { Int($0.split(separator: " ").last ?? "") }
  }

  private func answerTime(_ question: String) {
    let lines = question.split(whereSeparator: \.isNewline)
    guard settings.answersTimeQuestions, lines.count >= 2, lines[0] == "LSL:timedata" else {
      return
    }
    let clock = seconds(at: now)
    output += LSLEnvelope.encode(.datagram, Array(" \(lines[1]) \(clock) \(clock)".utf8))
  }

  // MARK: - Samples

  private var wire: LSLWire { LSLWire(format: settings.format, isBig: isBig) }

  /// The sender's clock: seconds from an origin of its own, running a little fast.
  private func seconds(at time: HostTime) -> Double {
    let origin = started ?? time
    let passed = Double(time.since(origin)) * (1 + settings.clockErrorPartsPerMillion / 1e6)
    return 86_400 + (passed + Double(stepped)) / 1e9
  }

  private func makeRow() {
    while let due = source.nextTime, due <= now {
      let late = source.jitter(upTo: settings.stampJitter)
      guard let row = source.make(stamp: seconds(at: due) + Double(late) / 1e9), isFed else {
        continue
      }
      buffer.append(row)
      let excess = max(drops, buffer.count - bufferLimit)
      drops = 0
      guard excess > 0 else { continue }
      for lost in buffer.prefix(excess) { source.withhold(lost.number) }
      buffer.removeFirst(min(excess, buffer.count))
    }
  }

  private func deliver() {
    guard isFed, silentUntil == nil, goneUntil == nil, !buffer.isEmpty else { return }
    let bytes = buffer.flatMap { row in wire.head(seconds: row.seconds) + row.values(wire) }
    buffer.removeAll(keepingCapacity: true)
    output += LSLEnvelope.encode(.feed, bytes)
  }

  // MARK: - Faults

  private func injectDue() {
    while let started, let fault = faults.first, started.advanced(by: fault.after) <= now {
      faults.removeFirst()
      inject(fault.kind)
    }
    while let started, let step = steps.first, started.advanced(by: step.after) <= now {
      steps.removeFirst()
      stepped += step.by
    }
  }

  private func inject(_ kind: InjectedFault.Kind) {
    switch kind {
    case .dropFrame: drops += 1
    case .corruptFrame: spoilsPattern = true
    case .reboot:
      goneUntil = now.advanced(by: Self.restartTime)
      restartsAt = goneUntil
      source.stop()
      clearLine()
    case .unplug(let duration):
      goneUntil = now.advanced(by: duration)
      clearLine()
    case .stall(let duration): silentUntil = now.advanced(by: duration)
    }
  }

  private func begin() {
    restartsAt = nil
    lives += 1
  }

  private func clearLine() {
    reader = LSLEnvelopeReader()
    output.removeAll()
    buffer.removeAll()
    isFed = false
  }
}
