internal import FluxgateSignal

/// Speaks a profile's start-up with a device, then turns its lines into rows, states and messages.
///
/// Streams are announced with the first sound sample. While a start-up is under way samples are passed
/// over: the sensor is not ready, and the clock tells afterwards how many are missing.
final class LinesDecoder: Decoder {
  /// How long a device may be silent: before its first sample, and between samples.
  static let silenceLimit = Int64.seconds(10)
  /// After a lost link, samples that flow by themselves need no start-up.
  static let resumeTime = Int64.seconds(1)
  static let retryTime = Int64.seconds(30)

  let profile: DeviceProfile
  let format: LineFormat
  let rate: Double
  let category: Category
  let run: StartupRun?
  var track: SampleTrack?
  var states: StateLines
  /// When silence becomes something to act on.
  var silentAt: HostTime?
  /// Samples came since the link opened or the last start-up began.
  var isFlowing = false
  private var text: LineText
  private var reader: SampleLineReader
  private let restart: PatternMatcher?
  private let messages: PatternMatcher?
  private var skipsNext = false
  private var lastClock: UInt64?

  init(profile: DeviceProfile, format: LineFormat, rate: Double, _ category: Category) {
    self.profile = profile
    self.format = format
    self.rate = rate
    self.category = category
    run = profile.startup.flatMap { $0.steps.isEmpty ? nil : StartupRun($0) }
    text = LineText(format)
    reader = SampleLineReader(format.samples)
    states = StateLines(format.states)
    restart = format.restart.map(PatternMatcher.init)
    messages = format.messages.map(PatternMatcher.init)
  }

  func linkOpened(at now: HostTime, port: DevicePort) {
    skipsNext = format.skipsFirst
    greet(at: now, port)
  }

  func decode(_ frame: RawSpan, at now: HostTime, port: DevicePort) {
    if skipsNext {
      skipsNext = false
      return
    }
    text.take(frame)
    let bytes = text.bytes
    // SAFETY: the span is used only while `bytes` lives, and nothing changes it meanwhile.
    let line = unsafe bytes.span.bytes
    if run?.isUnderWay == true { follow(line, at: now, port) }
    if line.u8(at: 0) == format.samples.mark {
      takeSample(line, at: now, port)
    } else {
      takeWords(line, at: now, port)
    }
  }

  func skipped(_ byteCount: Int, _ fault: FramingFault, at now: HostTime, port: DevicePort) {
    skipsNext = true
  }

  private func takeSample(_ line: RawSpan, at now: HostTime, _ port: DevicePort) {
    guard run?.isUnderWay != true else { return }
    guard reader.read(line), hasCounterAsBefore else { return damaged(line, port) }
    isFlowing = true
    silentAt = now.advanced(by: Self.silenceLimit)
    if track == nil { announce(at: now, port) } else { watchClock(at: now, port) }
    guard let track else { return }
    let row = reader.row
    // SAFETY: the span is used only during the call.
    unsafe track.accept(row.span.bytes, counter: reader.counter, at: now)
  }

  private func watchClock(at now: HostTime, _ port: DevicePort) {
    defer { lastClock = reader.clock ?? lastClock }
    guard let clock = format.samples.clock, let lastClock, let found = reader.clock,
      !clock.runs(from: lastClock, to: found)
    else { return }
    noteRestart(at: now, port)
  }

  /// A sample that lost its number among others that have one is damaged.
  private var hasCounterAsBefore: Bool {
    guard format.samples.counter != nil, track != nil else { return true }
    return (reader.counter != nil) == isCounted
  }

  private func damaged(_ line: RawSpan, _ port: DevicePort) {
    port.board.count(damaged: line.byteCount)
    guard let track, !isCounted else { return }
    // A line feed that was hit joins two samples: both are gone.
    var samples = 0
    for place in line.byteOffsets where line.u8(at: place) == format.samples.mark { samples += 1 }
    track.noteDamaged(samples)
  }

  private func takeWords(_ line: RawSpan, at now: HostTime, _ port: DevicePort) {
    if isFlowing, let restart, restart.isFound(in: line) { startAnew(at: now, port) }
    if states.take(line, sample: nextSample(port), at: now, port) { return }
    guard let messages, messages.isFound(in: line) else { return }
    let said = messages.text("text", in: line) ?? ""
    port.record(
      Event(time: now, kind: .deviceMessage, label: "message", value: .text(said)), now: now)
  }

  /// Whether the device numbers its samples; known with the first of them.
  private(set) var isCounted = false

  private func announce(at now: HostTime, _ port: DevicePort) {
    isCounted = reader.counter != nil
    lastClock = reader.clock
    port.announce(identity, streams: [description])
    makeTrack(port)
    states.recordAll(at: now, port)
    tellCaptures(at: now, port)
  }

  /// Begins a line of times and counts that knows nothing of what was before.
  func makeTrack(_ port: DevicePort) {
    track = SampleTrack(outlet: port.outlets[0], rate: rate, counter: counterRule)
  }

  private var counterRule: CounterRule {
    guard isCounted, let counter = format.samples.counter else { return .none }
    return .counting(modulus: counter.modulus, step: counter.step)
  }
}
