internal import FluxgateSignal

/// Reads a FreeStyle Libre reader: all of its history, then whatever is new.
///
/// One command, one answer of many reports. A lost or damaged report shows in the answer's checksums;
/// then the whole command is given again, and after some tries the failure is told. Records are known
/// by number, so that a table read again gives none twice.
final class LibreDecoder: Decoder {
  static let patience = Int64.seconds(5)
  static let longestAnswer = Int64.seconds(120)
  static let mostAttempts = 4
  /// Text of an aborted answer may still come: it is let go until there is quiet.
  static let quiet = Int64.milliseconds(300)
  static let longestDrain = Int64.seconds(30)
  static let restartPause = Int64.seconds(5)
  static let portion = 100
  static let portionPause = Int64.milliseconds(10)
  static let longestSilence = Int64.seconds(60)

  enum Step: Equatable {
    case hello
    case initialise
    case command(LibreCommand)
  }

  enum Conversation: Equatable {
    case closed
    case waiting(Step, attempt: Int, due: HostTime, limit: HostTime)
    case resting(until: HostTime, limit: HostTime, next: Step, attempt: Int)
    case handing(until: HostTime)
  }

  let setup: DriverSetup
  var settings: LibreSettings?
  var conversation = Conversation.closed
  var answer = LibreAnswer()
  var tables = LibreTables()
  var serial = ""
  var version = ""
  /// A command was given twice: a second answer may still come, and is let go.
  var isUnsettled = false
  private var helloSerial = ""
  private var firstOpened: HostTime?

  init(setup: DriverSetup) { self.setup = setup }

  func linkOpened(at now: HostTime, port: DevicePort) {
    var flaw = ""
    guard let settings = LibreSettings(setup.settings, flaw: &flaw) else {
      return port.refuse(.unsupported(what: flaw))
    }
    self.settings = settings
    firstOpened = firstOpened ?? now
    ask(.hello, attempt: 1, at: now, port)
  }

  func linkLost(at now: HostTime, port: DevicePort) {
    farewell(at: now, port: port)
    tables.forget()
    port.record(Event(time: now, kind: .link, label: "reader's link lost"), now: now)
  }

  func skipped(_ byteCount: Int, _ fault: FramingFault, at now: HostTime, port: DevicePort) {}

  func decode(_ frame: RawSpan, at now: HostTime, port: DevicePort) {
    let bytes = (0..<frame.byteCount).map { frame.u8(at: $0) ?? 0 }
    guard let report = LibreReport(bytes) else { return }
    switch report.kind {
    case LibreReport.Kind.keepAlive: keepWaiting(at: now)
    case LibreReport.Kind.serial: takeSerial(report, port)
    case LibreReport.Kind.initialised: takeInitialised(at: now, port)
    case LibreReport.Kind.text: takeText(report, at: now, port)
    default: break
    }
  }

  var nextWake: HostTime? {
    switch conversation {
    case .closed: nil
    case .waiting(_, _, let due, _): due
    case .resting(let until, _, _, _): until
    case .handing(let until): until
    }
  }

  func wake(at now: HostTime, port: DevicePort) {
    switch conversation {
    case .closed: break
    case .waiting(let step, let attempt, let due, _) where due <= now:
      tryAgain(step, attempt, at: now, port)
    case .resting(let until, _, let next, let attempt) where until <= now:
      ask(next, attempt: attempt, at: now, port)
    case .handing(let until) where until <= now: hand(at: now, port)
    case .waiting, .resting, .handing: break
    }
  }

  /// Nothing was changed on the reader, so there is nothing to undo. What was read whole is kept.
  func farewell(at now: HostTime, port: DevicePort) {
    if case .handing = conversation { while tables.deliver(most: .max, port, now: now) {} }
    conversation = .closed
  }

  /// A long history in portions, so that it cannot outrun whoever reads the ring.
  func hand(at now: HostTime, _ port: DevicePort) {
    if tables.deliver(most: Self.portion, port, now: now) {
      conversation = .handing(until: now.advanced(by: Self.portionPause))
    } else {
      rest(.seconds(settings?.pollSeconds ?? 900), then: .command(.recordNumber), at: now)
    }
  }

  // MARK: - Asking

  func ask(_ step: Step, attempt: Int, at now: HostTime, _ port: DevicePort) {
    switch step {
    case .hello: sendHello(port)
    case .initialise: port.send(LibreReport.bytes(LibreReport.Kind.initialise))
    case .command(let command):
      answer.forget()
      port.send(command.report)
    }
    conversation = .waiting(
      step, attempt: attempt, due: now.advanced(by: Self.patience),
      limit: now.advanced(by: Self.longestAnswer))
  }

  /// After `step` failed: once more when there is quiet, or it is told.
  func tryAgain(_ step: Step, _ attempt: Int, at now: HostTime, _ port: DevicePort) {
    isUnsettled = true
    guard attempt < Self.mostAttempts else { return giveUp(step, at: now, port) }
    rest(Self.quiet, then: step, attempt: attempt + 1, at: now)
  }

  func rest(_ pause: Int64, then step: Step, attempt: Int = 1, at now: HostTime) {
    conversation = .resting(
      until: now.advanced(by: pause), limit: now.advanced(by: Self.longestDrain), next: step,
      attempt: attempt)
  }

  private func sendHello(_ port: DevicePort) {
    port.send(LibreReport.bytes(LibreReport.Kind.start))
    port.send(LibreReport.bytes(LibreReport.Kind.acknowledge, [0, 0, 0, 2]))
    port.send(LibreReport.bytes(LibreReport.Kind.askSerial))
    port.send(LibreReport.bytes(LibreReport.Kind.askVersion))
    guard settings?.model != .libre2 else { return }
    port.send(LibreReport.bytes(LibreReport.Kind.initialise))
  }

  private func keepWaiting(at now: HostTime) {
    guard case .waiting(let step, let attempt, _, let limit) = conversation else { return }
    let due = min(now.advanced(by: Self.patience), limit)
    // Past the limit the answer is taken for lost, however alive the reader is.
    guard due > now else { return }
    conversation = .waiting(step, attempt: attempt, due: due, limit: limit)
  }

  private func takeSerial(_ report: LibreReport, _ port: DevicePort) {
    helloSerial = LibreText.word(report.payload)
    guard settings?.model == .libre2 else { return }
    conversation = .closed
    port.refuse(
      .unsupported(
        what: "reader \(helloSerial) is an encrypted model: the maker's keys are needed and are "
          + "no part of Fluxgate"))
  }

  private func takeInitialised(at now: HostTime, _ port: DevicePort) {
    switch conversation {
    case .waiting(.hello, _, _, _), .waiting(.initialise, _, _, _):
      rest(Self.quiet, then: .command(.serial), at: now)
    default: break
    }
  }

  private func takeText(_ report: LibreReport, at now: HostTime, _ port: DevicePort) {
    switch conversation {
    case .resting(let until, let limit, let next, let attempt):
      let later = min(max(until, now.advanced(by: Self.quiet)), max(limit, until))
      conversation = .resting(until: later, limit: limit, next: next, attempt: attempt)
    case .waiting(.command(let command), let attempt, _, _):
      keepWaiting(at: now)
      judge(answer.add(report.payload), of: command, attempt, at: now, port)
    default: break
    }
  }

  private func giveUp(_ step: Step, at now: HostTime, _ port: DevicePort) {
    tables.forget()
    let silence = now.since(firstOpened ?? now)
    if !port.isAnnounced, silence >= Self.longestSilence {
      conversation = .closed
      return port.refuse(.silent(seconds: Int(silence / .seconds(1))))
    }
    tell("not read after \(Self.mostAttempts) tries: \(Self.words(step))", at: now, port)
    rest(Self.restartPause, then: .hello, at: now)
  }

  private static func words(_ step: Step) -> String {
    if case .command(let command) = step { return command.rawValue }
    return "greeting"
  }

  func tell(_ label: String, at now: HostTime, _ port: DevicePort) {
    port.record(Event(time: now, kind: .deviceMessage, label: label), now: now)
  }
}
