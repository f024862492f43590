public import FluxgateSignal

/// Reads an IEEE 11073-20601 agent, such as a glucose meter, as its manager: lets it associate, learns
/// its configuration, confirms what it reports and reads what it has stored.
///
/// An agent that goes silent in the middle of something is told so by an abort; it associates anew, and
/// what it has stored is known by entry, so that nothing is given twice.
public final class PHDDecoder: Decoder {
  static let answerTime = Int64.seconds(3)
  static let configurationTime = Int64.seconds(10)
  static let transferTime = Int64.seconds(20)
  static let associationTime = Int64.seconds(5)
  static let mostHeld = 16
  static let longestSilence = Int64.seconds(60)

  enum Stage { case closed, unassociated, configuring, operating }

  /// What is asked of the agent, one thing at a time.
  enum Question: Equatable {
    case attributes
    case segmentInfo(store: UInt16)
    case segment(store: UInt16, UInt16)
    /// The agent sends a segment by itself now.
    case transfer(store: UInt16, UInt16)
  }

  let setup: DriverSetup
  let expectation: PHDExpectation
  let pollInterval: Int64
  var stage = Stage.closed
  var deadline: HostTime?
  var pollAt: HostTime?
  var question: Question?
  var invoke: UInt16 = 0
  var queue: [Question] = []
  var systemID = ""
  var configurationID: UInt16 = 0
  /// Learned in this recording, by id.
  var configurations: [UInt16: PHDConfiguration] = [:]
  var reports = PHDReportTrack()
  /// Reports that came before the agent said what its clock shows.
  var held: [PHDReport] = []
  var segments: [UInt32: PHDSegment] = [:]
  var clock = PHDClock()
  var states = PHDStates()
  private var firstOpened: HostTime?

  init(setup: DriverSetup, expectation: PHDExpectation) {
    self.setup = setup
    self.expectation = expectation
    let seconds = setup.settings["poll_seconds"].flatMap(Int64.init) ?? 60
    pollInterval = .seconds(min(max(seconds, 1), 3600))
  }

  var configuration: PHDConfiguration { configurations[configurationID] ?? PHDConfiguration() }

  public func linkOpened(at now: HostTime, port: DevicePort) {
    firstOpened = firstOpened ?? now
    dissociate(at: now)
  }

  public func linkLost(at now: HostTime, port: DevicePort) {
    breakOff(at: now, port)
    dissociate(at: now)
    stage = .closed
    deadline = nil
    port.record(Event(time: now, kind: .link, label: "agent link lost"), now: now)
  }

  public func decode(_ frame: RawSpan, at now: HostTime, port: DevicePort) {
    guard stage != .closed, let type = frame.u16(bigEndianAt: 0) else { return }
    var body = PHDReader(frame.extracting(4..<frame.byteCount))
    switch type {
    case 0xE200: takeAssociation(&body, at: now, port)
    case 0xE400:
      send(.released, port)
      leave("agent released", at: now, port)
    case 0xE600: leave("agent aborted", code: Int64(body.u16()), at: now, port)
    case 0xE700: takeData(&body, at: now, port)
    default: break
    }
  }

  /// Bytes of no message: whatever they were, its sender or we will miss it in time.
  public func skipped(
    _ byteCount: Int, _ fault: FramingFault, at now: HostTime, port: DevicePort
  ) {}

  public var nextWake: HostTime? {
    guard let deadline, let pollAt else { return deadline ?? pollAt }
    return min(deadline, pollAt)
  }

  public func wake(at now: HostTime, port: DevicePort) {
    if let due = deadline, due <= now {
      deadline = nil
      giveUp(at: now, port)
    }
    if let due = pollAt, due <= now {
      pollAt = nil
      beginRound(at: now, port)
    }
  }

  /// An agent that is not released would wait for us until its own time is over.
  public func farewell(at now: HostTime, port: DevicePort) {
    storeHeld(port, now: now)
    if stage == .operating { send(.release, port) }
    stage = .closed
    deadline = nil
    pollAt = nil
  }

  func send(_ message: PHDMessage, _ port: DevicePort) { port.send(message.bytes) }

  /// Back to waiting for an association.
  func dissociate(at now: HostTime) {
    stage = .unassociated
    question = nil
    queue = []
    pollAt = nil
    reports.startAnew()
    deadline = now.advanced(by: Self.associationTime)
  }

  func leave(_ label: String, code: Int64? = nil, at now: HostTime, _ port: DevicePort) {
    let value = code.map(EventValue.integer) ?? .none
    port.record(Event(time: now, kind: .link, label: label, value: value), now: now)
    breakOff(at: now, port)
    dissociate(at: now)
  }

  /// Ends an association that makes no sense any more.
  func abort(_ reason: PHDMessage.AbortReason, at now: HostTime, _ port: DevicePort) {
    expectation.abandon()
    send(.abort(reason), port)
    leave("gateway aborted", code: Int64(reason.rawValue), at: now, port)
  }

  /// Report numbers begin anew with each association: what was lost around it cannot be counted.
  private func breakOff(at now: HostTime, _ port: DevicePort) {
    storeHeld(port, now: now)
    guard stage == .operating, port.isAnnounced, reports.hasBegun else { return }
    port.outlets[0].noteGap(.linkLost, missing: 0, timeStep: 0)
  }

  private func giveUp(at now: HostTime, _ port: DevicePort) {
    switch stage {
    case .closed: break
    case .configuring: abort(.configurationTimeout, at: now, port)
    case .operating: abort(.responseTimeout, at: now, port)
    case .unassociated: waitOn(at: now, port)
    }
  }

  private func waitOn(at now: HostTime, _ port: DevicePort) {
    expectation.abandon()
    let silence = now.since(firstOpened ?? now)
    guard port.isAnnounced || silence < Self.longestSilence else {
      stage = .closed
      return port.refuse(.silent(seconds: Int(silence / .seconds(1))))
    }
    deadline = now.advanced(by: Self.associationTime)
  }
}

/// Makes what reads an IEEE 11073-20601 agent.
public enum PHDDriver {
  /// Settings: `poll_seconds`, 1...3600, how often the agent's stores are looked at; 60 unless told.
  public static func make(_ setup: DriverSetup) -> Driver {
    let expectation = PHDExpectation()
    return Driver(
      framer: PHDFramer(expectation: expectation),
      decoder: PHDDecoder(setup: setup, expectation: expectation))
  }
}
