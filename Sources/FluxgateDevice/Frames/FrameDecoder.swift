internal import FluxgateSignal

/// Turns frames of a fixed form into rows, as a profile's `frames` section says.
final class FrameDecoder: Decoder {
  /// A device that sends nothing for so long is not there, or no longer streams: longer than a wearer
  /// out of the radio's reach for a moment.
  let silenceLimit: Int64
  /// When a start-up that failed is tried again.
  static let retryPause = Int64.seconds(2)

  let profile: DeviceProfile
  let format: FrameFormat
  let category: Category
  let rate: Double
  let phase: FramePhase
  /// The profile's start-up; nil where the device streams by itself.
  let startup: StartupRun?
  var replies: ReplyCutter
  var track: SampleTrack?
  var flags: FrameFlags
  var assembly: RowAssembly
  private var slow: [SlowRow]
  /// Bytes that were no frame since the last one.
  private var damagedBytes = 0
  /// When the device counts as silent; nil while that is known or nobody listens.
  var silentAt: HostTime?
  /// When a start-up that failed is tried again.
  var greetAt: HostTime?

  init(
    profile: DeviceProfile, format: FrameFormat, rate: Double, category: Category,
    phase: FramePhase
  ) {
    self.profile = profile
    self.format = format
    self.rate = rate
    self.category = category
    self.phase = phase
    silenceLimit = max(.seconds(5), Int64(5e9 / rate))
    let script = profile.startup ?? StartupScript()
    startup = script.steps.isEmpty ? nil : StartupRun(script)
    replies = ReplyCutter(end: script.replyEnd)
    flags = FrameFlags(format)
    assembly = RowAssembly(
      format, type: .keeping(format.fields.map(\.format)), rate: rate)
    slow = format.slow.map(SlowRow.init)
  }

  func decode(_ frame: RawSpan, at now: HostTime, port: DevicePort) {
    guard port.board.state != .refused else { return }
    if phase.isTalking { return listen(frame, at: now, port) }
    if !port.isAnnounced { announce(port) }
    guard let track else { return }
    awaitFrames(at: now)
    countDamage(track)
    let counter = format.counter?.read(frame)
    flags.gather(frame, part: assembly.part(of: counter))
    for index in slow.indices {
      slow[index].take(frame, counter: counter, at: now, into: port.outlets[1 + index])
    }
    guard assembly.take(frame, counter: counter, at: now) else { return }
    // SAFETY: the view is read during the call only, and the row changes only in `take`.
    unsafe track.accept(assembly.bytes.span.bytes, counter: counter, at: now)
    flags.tell(sample: track.newestSample, at: now, port)
  }

  func skipped(_ byteCount: Int, _ fault: FramingFault, at now: HostTime, port: DevicePort) {
    damagedBytes += byteCount
  }

  /// Without a counter the damaged bytes say how many frames are gone; with one it says so itself.
  private func countDamage(_ track: SampleTrack) {
    let frames = (damagedBytes + format.length / 2) / format.length
    damagedBytes = 0
    if format.counter == nil, frames > 0 { track.noteDamaged(frames) }
  }

  private func announce(_ port: DevicePort) {
    // Bytes before the first frame are no loss: they belong to nobody's recording.
    damagedBytes = 0
    let identity = DeviceIdentity(
      maker: profile.maker, model: profile.model, serial: startup?.captures["serial"] ?? "",
      firmware: startup?.captures["firmware"] ?? "")
    let main = StreamDescription(
      name: format.stream, kind: .raw, category: category,
      sampleType: .keeping(format.fields.map(\.format)),
      channels: format.fields.flatMap { $0.channels(delay: profile.delay) }, rate: rate)
    let others = format.slow.map { SlowRow.description($0, in: category) }
    port.announce(identity, streams: [main] + others)
    track = SampleTrack(outlet: port.outlets[0], rate: rate, counter: counterRule)
  }

  private var counterRule: CounterRule {
    guard let counter = format.counter else { return .none }
    return .counting(
      modulus: counter.modulus, step: counter.step * UInt64(format.framesPerRow))
  }
}
