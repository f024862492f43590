internal import FluxgateSignal

/// Agrees with the device at the end of a serial line on a faster rate.
///
/// After the first heartbeat with a session: what rate is nearest to the wanted one
/// (`dev.port.rate.near`), and if that is within 1.5 % of it, change to it (`dev.port.rate`). The
/// host's side changes when the device has agreed. Errors, silence and a line that gives no good
/// packet lead back to the first rate, where the device returns too when it hears no heartbeat.
struct TioRateTalk {
  private enum State {
    case waiting
    case askedNear(id: UInt16)
    case askedChange(id: UInt16, rate: UInt32)
    case fast
    case slow
  }

  private static let patience = Int64.milliseconds(500)
  /// Without a good packet for so long, a fast line is given up.
  private static let silence = Int64.seconds(1)
  private static let mostAttempts = 3
  private static let greatestError = 0.015

  private let first: UInt32
  private let wanted: UInt32
  private var state = State.waiting
  private var attempts = 0
  private var lastID: UInt16 = 0x8000
  /// When the open question counts as lost, or the fast line as dead.
  private(set) var deadline: HostTime?

  /// - Parameters:
  ///   - first: the rate at which the line opens.
  ///   - wanted: bits a second.
  init(first: UInt32, wanted: UInt32) {
    self.first = first
    self.wanted = wanted
  }

  /// A line that was opened anew has its first rate.
  mutating func linkOpened() {
    state = .waiting
    deadline = nil
  }

  /// A good packet came.
  mutating func hear(
    _ type: UInt8, _ payload: RawSpan, isRoot: Bool, at now: HostTime, _ link: TioLink,
    _ port: DevicePort
  ) {
    switch state {
    case .waiting:
      if type == TioPacket.Kind.heartbeat, payload.byteCount >= 4 { askNear(at: now, link, port) }
    case .askedNear(let id):
      guard isRoot, payload.u16(at: 0) == id else { return }
      if type == TioPacket.Kind.error { return giveUp() }
      guard type == TioPacket.Kind.reply, let near = payload.u32(at: 2) else { return }
      isNear(near) ? askChange(to: near, at: now, link, port) : giveUp()
    case .askedChange(let id, let rate):
      guard isRoot, payload.u16(at: 0) == id else { return }
      if type == TioPacket.Kind.error { return giveUp() }
      guard type == TioPacket.Kind.reply else { return }
      state = .fast
      deadline = now.advanced(by: Self.silence)
      port.requestRate(rate)
      tell("line rate", Int64(rate), at: now, port)
    case .fast:
      deadline = now.advanced(by: Self.silence)
      attempts = 0
    case .slow: break
    }
  }

  mutating func wake(at now: HostTime, _ link: TioLink, _ port: DevicePort) {
    guard let due = deadline, due <= now else { return }
    deadline = nil
    switch state {
    case .askedNear: retryLater()
    // The answer may have been lost and the device have changed: the first rate is where both meet.
    case .askedChange: retryLater()
    case .fast:
      port.requestRate(first)
      tell("line rate", Int64(first), at: now, port)
      retryLater()
    case .waiting, .slow: break
    }
  }

  private func tell(_ label: String, _ rate: Int64, at now: HostTime, _ port: DevicePort) {
    port.record(
      Event(time: now, kind: .link, label: label, value: .integer(rate)), now: now)
  }

  private mutating func retryLater() {
    attempts += 1
    state = attempts < Self.mostAttempts ? .waiting : .slow
  }

  private mutating func giveUp() {
    state = .slow
    deadline = nil
  }

  private func isNear(_ rate: UInt32) -> Bool {
    abs(Double(rate) - Double(wanted)) <= Self.greatestError * Double(wanted) && rate != first
  }

  private mutating func askNear(at now: HostTime, _ link: TioLink, _ port: DevicePort) {
    let id = ask("dev.port.rate.near", wanted, at: now, link, port)
    state = .askedNear(id: id)
  }

  private mutating func askChange(
    to rate: UInt32, at now: HostTime, _ link: TioLink, _ port: DevicePort
  ) {
    let id = ask("dev.port.rate", rate, at: now, link, port)
    state = .askedChange(id: id, rate: rate)
  }

  private mutating func ask(
    _ method: String, _ rate: UInt32, at now: HostTime, _ link: TioLink, _ port: DevicePort
  ) -> UInt16 {
    lastID = lastID == .max ? 0x8001 : lastID + 1
    deadline = now.advanced(by: Self.patience)
    port.send(
      link.wire(.request(id: lastID, method: method, argument: TioBytes.u32(rate))))
    return lastID
  }
}
