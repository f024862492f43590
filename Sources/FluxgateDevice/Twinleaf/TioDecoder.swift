public import FluxgateSignal

/// Speaks TIO with one device: asks for its metadata, keeps it awake, turns data packets into rows.
///
/// Rows wait, within bounds, while something they need is unknown: the metadata of a segment, or,
/// after the line or the device was silent, whether it is still the same session of the device.
public final class TioDecoder: Decoder {
  static let settling = Int64.milliseconds(50)
  static let heartbeatPeriod = Int64.milliseconds(100)
  static let silenceLimit = Int64.seconds(10)

  let category: Category
  let link: TioLink
  var catalogue = TioCatalogue()
  var interview = TioInterview()
  var held = TioHeldData()
  var tracks: [UInt8: TioTrack] = [:]
  var session: UInt32?
  /// False while the device may have started anew without our knowing.
  var isSessionSure = false
  /// True while the shape of the streams has to be compared with the one announced.
  var isShapeUnsure = false
  /// Streams that became active after the others were announced; their rows have no place.
  var foreign: Set<UInt8> = []
  private var unwrapper = TioUnwrapper()
  private var opened: HostTime?
  /// What comes before this moment was sent to somebody else.
  private var listensFrom = HostTime(nanoseconds: .min)
  private var heartbeatAt: HostTime?
  private var hasHeard = false
  private var hasHeardLegacy = false
  private var isRefused = false

  init(category: Category, link: TioLink) {
    self.category = category
    self.link = link
  }

  public func linkOpened(at now: HostTime, port: DevicePort) {
    opened = now
    // Once streams flow, their numbers tell old bytes from new: nothing has to be thrown away.
    let start = port.isAnnounced ? now : now.advanced(by: Self.settling)
    listensFrom = start
    if port.isAnnounced {
      doubt()
      event(.link, "link opened", .none, at: now, port)
      beat(at: now, port)
      settle(at: now, port)
    } else {
      port.board.state = .greeting
      heartbeatAt = start
    }
  }

  public func linkLost(at now: HostTime, port: DevicePort) {
    heartbeatAt = nil
    opened = nil
    interview = TioInterview()
    for track in tracks.values { track.note(.linkLost) }
    event(.link, "link lost", .none, at: now, port)
  }

  public func decode(_ frame: RawSpan, at now: HostTime, port: DevicePort) {
    guard !isRefused, now >= listensFrom, frame.byteCount > 0 else { return }
    if link.isBare {
      accept(frame, at: now, port)
    } else if frame.u8(at: frame.byteCount - 1) == TioSlip.end {
      guard unwrapper.unwrap(frame) == nil else { return }
      unwrapper.withPacket { accept($0, at: now, port) }
    } else if let text = TioBytes.text(frame, at: 0, count: frame.byteCount - 1) {
      event(.deviceMessage, "text", .text(text), at: now, port)
    }
  }

  public func skipped(_ byteCount: Int, _ fault: FramingFault, at now: HostTime, port: DevicePort) {
    // The port counts the bytes; what was lost with them shows in the sample numbers.
  }

  public var nextWake: HostTime? {
    guard let heartbeatAt, !isRefused else { return nil }
    return min(heartbeatAt, interview.deadline ?? .distantFuture)
  }

  public func wake(at now: HostTime, port: DevicePort) {
    if let due = heartbeatAt, due <= now { beat(at: now, port) }
    interview.expire(at: now)
    giveUpIfSilent(at: now, port)
    settle(at: now, port)
  }

  public func farewell(at now: HostTime, port: DevicePort) {
    heartbeatAt = nil
  }

  func send(_ packet: TioPacket, _ port: DevicePort) { port.send(link.wire(packet)) }

  func event(
    _ kind: EventKind, _ label: String, _ value: EventValue, at now: HostTime, _ port: DevicePort
  ) {
    port.record(Event(time: now, kind: kind, label: label, value: value), now: now)
  }

  func refuse(_ reason: DeviceRefusal, _ port: DevicePort) {
    isRefused = true
    port.refuse(reason)
  }

  /// The line or the device was silent: nothing about session and segments is sure any more.
  func doubt() {
    isSessionSure = false
    interview = TioInterview()
    for id in tracks.keys { catalogue.forgetSegments(of: id) }
  }

  private func beat(at now: HostTime, _ port: DevicePort) {
    send(TioPacket(type: TioPacket.Kind.heartbeat, route: link.route), port)
    heartbeatAt = now.advanced(by: Self.heartbeatPeriod)
  }

  private func giveUpIfSilent(at now: HostTime, _ port: DevicePort) {
    guard let opened, !port.isAnnounced, now.since(opened) >= Self.silenceLimit else { return }
    if hasHeardLegacy, catalogue.device == nil {
      refuse(.unsupported(what: "the older TIO dialect, which has no metadata"), port)
    } else if !hasHeard {
      refuse(.silent(seconds: 10), port)
    }
  }

  private func accept(_ bytes: RawSpan, at now: HostTime, _ port: DevicePort) {
    guard let header = TioPacket.Header(bytes), header.packetBytes == bytes.byteCount,
      isFromDevice(bytes.extracting(header.route))
    else { return }
    hasHeard = true
    let payload = bytes.extracting(header.payload)
    if header.type > TioPacket.Kind.dataBase {
      acceptData(header.type, payload, at: now, port)
      return
    }
    acceptControl(header.type, payload, at: now, port)
    settle(at: now, port)
  }

  private func acceptControl(
    _ type: UInt8, _ payload: RawSpan, at now: HostTime, _ port: DevicePort
  ) {
    switch type {
    case TioPacket.Kind.heartbeat:
      if let session = payload.u32(at: 0) { note(session: session, at: now, port) }
    case TioPacket.Kind.reply:
      for piece in interview.take(reply: payload, at: now) {
        store(piece, wasAsked: true, at: now, port)
      }
    case TioPacket.Kind.error: interview.take(error: payload, at: now)
    case TioPacket.Kind.metadata: acceptMetadata(payload, at: now, port)
    case TioPacket.Kind.log: acceptLog(payload, at: now, port)
    case TioPacket.Kind.settingChanged:
      event(.sensorState, "setting changed", .none, at: now, port)
    case TioPacket.Kind.legacyDescriptions, TioPacket.Kind.legacyData: hasHeardLegacy = true
    default: break
    }
  }

  private func acceptMetadata(_ payload: RawSpan, at now: HostTime, _ port: DevicePort) {
    guard let kind = payload.u8(at: 0), payload.byteCount > 2,
      let piece = TioMetadata(kind: kind, body: payload.extracting(2..<payload.byteCount))
    else { return }
    store(piece, wasAsked: false, at: now, port)
  }

  /// A log packet: u32 data, u8 level (0 critical ... 4 debug), text (twinleaf/libtio, MIT).
  private func acceptLog(_ payload: RawSpan, at now: HostTime, _ port: DevicePort) {
    guard let level = payload.u8(at: 4),
      let text = TioBytes.text(payload, at: 5, count: payload.byteCount - 5)
    else { return }
    let names = ["critical", "error", "warning", "info", "debug"]
    let name = Int(level) < names.count ? names[Int(level)] : "log"
    event(.deviceMessage, name, .text(text), at: now, port)
  }

  /// Routes lie on the wire with the hop nearest the root last.
  private func isFromDevice(_ route: RawSpan) -> Bool {
    guard route.byteCount == link.route.count else { return false }
    for hop in 0..<route.byteCount
    where route.u8(at: hop) != link.route[route.byteCount - 1 - hop] {
      return false
    }
    return true
  }
}
