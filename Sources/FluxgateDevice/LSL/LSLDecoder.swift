public import FluxgateSignal
internal import FluxgateTransport

/// Talks to one stream: its description, its clock, then its samples for ever.
///
/// The samples are asked for only once the sender's clock has been measured (or its time service has
/// been silent for two waves), so that the first row already has its time.
public final class LSLDecoder: Decoder {
  enum Stage: Equatable {
    case idle, info, clocking, head, streaming
    /// So many test-pattern samples were right.
    case pattern(Int)
  }

  static let patience = Int64.seconds(5)
  static let mostSilences = 3
  static let mostMismatches = 3

  let setup: DriverSetup
  var stage = Stage.idle
  /// Bytes of the description or of the answer's head.
  var text: [UInt8] = []
  var description: LSLDescription?
  var clock = LSLClock()
  var feed: LSLFeed?
  /// Nil for texts and rows that come when they come.
  var track: LSLTrack?
  var isFirstSample = true
  var lastStamp = 0.0
  var row: [UInt8] = []
  private var deadline: HostTime?
  var silences = 0
  var mismatches = 0
  /// What the next samples stand behind.
  var pendingBreak: DiscontinuityReason?

  init(setup: DriverSetup) { self.setup = setup }

  public func linkOpened(at now: HostTime, port: DevicePort) {
    clock.begin(at: now)
    feed = nil
    isFirstSample = true
    askInfo(at: now, port)
  }

  public func linkLost(at now: HostTime, port: DevicePort) {
    rest(at: now)
    if port.isAnnounced, pendingBreak == nil { pendingBreak = .linkLost }
  }

  public func decode(_ frame: RawSpan, at now: HostTime, port: DevicePort) {
    guard stage != .idle, let kind = frame.u8(at: 0).flatMap(LSLEnvelope.Kind.init) else { return }
    let payload = frame.extracting(min(frame.byteCount, LSLEnvelope.headerSize)..<frame.byteCount)
    switch kind {
    case .info where stage == .info: keep(payload, atMost: LSLElementReader.mostBytes, port)
    case .infoEnd where stage == .info: takeInfo(at: now, port)
    case .datagram: clock.take(Self.string(payload), at: now)
    case .feed where stage == .head: takeHead(payload, at: now, port)
    case .feed: takeSamples(payload, from: 0, at: now, port)
    default: break
    }
  }

  public func skipped(_ byteCount: Int, _ fault: FramingFault, at now: HostTime, port: DevicePort) {
    guard stage != .idle else { return }
    hangUp(port)
  }

  public var nextWake: HostTime? {
    HostTime.earliest(deadline, clock.nextWake, track?.nextWake)
  }

  public func wake(at now: HostTime, port: DevicePort) {
    if let due = clock.nextWake, due <= now { wakeClock(at: now, port) }
    if track?.wake(&clock, at: now) ?? false { noteJump(at: now, port) }
    if let due = deadline, due <= now { fallSilent(at: now, port) }
  }

  public func farewell(at now: HostTime, port: DevicePort) { rest(at: now) }

  // MARK: - Steps

  func setDeadline(_ time: HostTime?) { deadline = time }

  func keep(_ bytes: RawSpan, atMost limit: Int, _ port: DevicePort) {
    guard text.count + bytes.byteCount <= limit else {
      return refuse(.unsupported(what: "LSL description of more than \(limit) bytes"), port)
    }
    for place in bytes.byteOffsets { text.append(bytes.u8(at: place) ?? 0) }
  }

  func refuse(_ reason: DeviceRefusal, _ port: DevicePort) {
    stage = .idle
    deadline = nil
    clock.end()
    port.refuse(reason)
  }

  /// Breaks the connection off; the link is then lost and found anew.
  func hangUp(_ port: DevicePort) {
    stage = .idle
    deadline = nil
    port.send(LSLEnvelope.encode(.hangUp))
  }

  private func rest(at now: HostTime) {
    track?.finish(&clock, at: now)
    stage = .idle
    deadline = nil
    clock.end()
  }

  private func askInfo(at now: HostTime, _ port: DevicePort) {
    stage = .info
    text.removeAll()
    deadline = now.advanced(by: Self.patience)
    port.send(LSLEnvelope.encode(.info, LSLRequest.info))
  }

  /// Description or head did not come: once announced, the link is found anew for as long as it takes.
  private func fallSilent(at now: HostTime, _ port: DevicePort) {
    silences += 1
    if silences >= Self.mostSilences, !port.isAnnounced {
      let seconds = silences * Int(Self.patience / .seconds(1))
      return refuse(.silent(seconds: seconds), port)
    }
    stage == .info ? askInfo(at: now, port) : hangUp(port)
  }

  private static func string(_ span: RawSpan) -> String {
    String(decoding: span.byteOffsets.prefix(256).map { span.u8(at: $0) ?? 0 }, as: UTF8.self)
  }
}
