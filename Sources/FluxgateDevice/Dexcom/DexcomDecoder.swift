public import FluxgateSignal

/// Reads a Dexcom G4, G5 or G6 receiver over USB: history first, then whatever is new, every minute.
///
/// One request, one reply. A reply that does not come within a second is asked for again, three times;
/// then the conversation starts anew after a pause. What was read is known by record number, so that a
/// lost link, a reboot or a second recording never gives a record twice.
public final class DexcomDecoder: Decoder {
  static let replyTimeout = Int64.seconds(1)
  static let mostAttempts = 4
  /// After a late or lost reply its twin may still come: whatever arrives meanwhile is not read.
  static let settling = Int64.milliseconds(500)
  /// Between pages, so that a long history cannot outrun whoever reads the ring.
  static let pagePause = Int64.milliseconds(10)
  static let restartPause = Int64.seconds(5)
  static let longestSilence = Int64.seconds(60)
  static let mostReadings = 4
  static let mostPages: UInt64 = 4
  /// Product ids of touchscreen receivers.
  static let touchscreens: Set<String> = ["ScoutReceiver", "OrionReceiver"]
  /// The touchscreen software for G5, whose predicted word predicts nothing.
  static let silentSoftware = "SW10751"

  enum Conversation {
    case closed
    case waiting(DexcomStep, attempt: Int, deadline: HostTime)
    case resting(until: HostTime, next: DexcomStep)
  }

  let setup: DriverSetup
  let expectation: DexcomExpectation
  private let pollInterval: Int64
  private var conversation = Conversation.closed
  private var isUnsettled = false
  private var firstOpened: HostTime?
  /// How often the page or header asked for has come damaged.
  var readings = 0
  /// The receiver has refused to give several pages at once.
  var readsSingly = false
  var partitions = DexcomPartitions()
  var states = DexcomStates()
  var clock = DexcomClock()
  var clockRow = DexcomClockRow()
  var firmware: [String: String] = [:]
  var serial: String?
  var progress = DexcomRecordType.streams.map(DexcomProgress.init)

  init(setup: DriverSetup, expectation: DexcomExpectation) {
    self.setup = setup
    self.expectation = expectation
    let seconds = setup.settings["poll_seconds"].flatMap(Int64.init) ?? 60
    pollInterval = .seconds(min(max(seconds, 1), 3600))
  }

  public func linkOpened(at now: HostTime, port: DevicePort) {
    if let what = setup.settings["unsupported"] { return port.refuse(.unsupported(what: what)) }
    firstOpened = firstOpened ?? now
    isUnsettled = true
    ask(.ping, attempt: 1, at: now, port)
  }

  public func linkLost(at now: HostTime, port: DevicePort) {
    conversation = .closed
    expectation.longestReply = DexcomFramer.longestPacket
    port.record(Event(time: now, kind: .link, label: "dexcom link lost"), now: now)
  }

  public func decode(_ frame: RawSpan, at now: HostTime, port: DevicePort) {
    guard case .waiting(let step, _, _) = conversation, let result = frame.u8(at: 3),
      frame.byteCount >= 6
    else { return }
    let payload = frame.extracting(4..<frame.byteCount - 2)
    let next =
      result == 1
      ? answer(to: step, payload, at: now, port) : refusal(of: step, result: result, port)
    guard let next else { return }
    if port.board.state == .refused {
      conversation = .closed
    } else {
      proceed(to: next, from: step, at: now, port)
    }
  }

  /// Damaged bytes are a reply lost: its request is made again when its time is over.
  public func skipped(
    _ byteCount: Int, _ fault: FramingFault, at now: HostTime, port: DevicePort
  ) {
    isUnsettled = true
  }

  public var nextWake: HostTime? {
    switch conversation {
    case .closed: nil
    case .waiting(_, _, let deadline): deadline
    case .resting(let until, _): until
    }
  }

  public func wake(at now: HostTime, port: DevicePort) {
    switch conversation {
    case .closed: break
    case .waiting(let step, let attempt, let deadline) where deadline <= now:
      isUnsettled = true
      if attempt < Self.mostAttempts {
        ask(step.narrowed, attempt: attempt + 1, at: now, port)
      } else {
        giveUp(at: now, port)
      }
    case .resting(let until, let next) where until <= now:
      ask(next, attempt: 1, at: now, port)
    case .waiting, .resting: break
    }
  }

  /// Nothing was changed on the receiver, so there is nothing to undo.
  public func farewell(at now: HostTime, port: DevicePort) { conversation = .closed }

  private func ask(_ step: DexcomStep, attempt: Int, at now: HostTime, _ port: DevicePort) {
    guard let command = step.command else { return }
    expectation.longestReply = command.longestReply
    port.send(command.packet)
    conversation = .waiting(
      step, attempt: attempt, deadline: now.advanced(by: Self.replyTimeout))
  }

  private func proceed(
    to next: DexcomStep, from step: DexcomStep, at now: HostTime, _ port: DevicePort
  ) {
    if next != step { readings = 0 }
    if isUnsettled {
      isUnsettled = false
      let pause = next == .idle ? pollInterval : Self.settling
      rest(pause, then: next, from: now)
    } else if next == .idle {
      rest(pollInterval, then: next, from: now)
    } else if case .page = next {
      rest(Self.pagePause, then: next, from: now)
    } else {
      ask(next, attempt: 1, at: now, port)
    }
  }

  private func rest(_ pause: Int64, then next: DexcomStep, from now: HostTime) {
    expectation.longestReply = DexcomFramer.longestPacket
    conversation = .resting(
      until: now.advanced(by: pause), next: next == .idle ? .systemOffset : next)
  }

  private func giveUp(at now: HostTime, _ port: DevicePort) {
    let silence = now.since(firstOpened ?? now)
    if !port.isAnnounced && silence >= Self.longestSilence {
      port.refuse(.silent(seconds: Int(silence / .seconds(1))))
      conversation = .closed
    } else {
      readings = 0
      rest(Self.restartPause, then: .ping, from: now)
    }
  }
}

/// Makes what reads a Dexcom receiver.
public enum DexcomDriver {
  /// Settings: `poll_seconds`, 1...3600, how often new records are asked for; 60 unless told.
  /// `unsupported` names a receiver that is only recognised: it is refused and nothing is sent.
  public static func make(_ setup: DriverSetup) -> Driver {
    let expectation = DexcomExpectation()
    return Driver(
      framer: DexcomFramer(expectation: expectation),
      decoder: DexcomDecoder(setup: setup, expectation: expectation))
  }
}
