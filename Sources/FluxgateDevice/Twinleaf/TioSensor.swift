internal import FluxgateSignal

/// One TIO device: asks for its metadata and turns its data packets into rows.
///
/// Rows wait, within bounds, while something they need is unknown: the metadata of a segment, or,
/// after the line or the device was silent, whether it is still the same session of the device.
final class TioSensor {
  /// What a device gives, before it is announced.
  struct Offer {
    var identity: DeviceIdentity
    var descriptions: [StreamDescription]
    /// Stream and format of each description; empty in the older dialect, which has its own.
    var streams: [(TioStream, TioRowFormat)] = []
  }

  let category: Category
  let link: TioLink
  let route: [UInt8]
  /// Put before the names of streams and events where several devices share a line; "0.2." for /0/2.
  let prefix: String
  var catalogue = TioCatalogue()
  var interview = TioInterview()
  var held = TioHeldData()
  var reorder: TioReorder?
  /// The older dialect, once the device was found to speak it.
  var legacy: TioLegacySensor?
  var tracks: [UInt8: TioTrack] = [:]
  var session: UInt32?
  /// False while the device may have started anew without our knowing.
  var isSessionSure = false
  /// True while the shape of the streams has to be compared with the one announced.
  var isShapeUnsure = false
  /// Streams that became active after the others were announced; their rows have no place.
  var foreign: Set<UInt8> = []
  /// Packets of the older dialect came.
  var hasHeardLegacy = false
  /// What it has to give; nil until its metadata is complete.
  var offer: Offer?
  private(set) var isAnnounced = false
  private(set) var isRefused = false
  private(set) var isOpen = false

  init(category: Category, link: TioLink, route: [UInt8], isNamed: Bool) {
    self.category = category
    self.link = link
    self.route = route
    prefix = isNamed ? route.map { "\($0)." }.joined() : ""
    reorder = link.isDatagram ? TioReorder() : nil
  }

  func linkOpened() {
    isOpen = true
    if isAnnounced { doubt() }
  }

  func linkLost(at now: HostTime, _ port: DevicePort) {
    releaseAll(at: now, port)
    isOpen = false
    interview = TioInterview()
    legacy?.linkLost()
    for track in tracks.values { track.note(.linkLost) }
  }

  func farewell(at now: HostTime, _ port: DevicePort) {
    releaseAll(at: now, port)
    isOpen = false
  }

  var nextWake: HostTime? {
    guard isOpen else { return nil }
    let wakes = [interview.deadline, reorder?.deadline, legacy?.deadline]
    return wakes.reduce(HostTime.distantFuture) { min($0, $1 ?? .distantFuture) }
  }

  /// Gives up what has waited too long.
  func expire(at now: HostTime, _ port: DevicePort) {
    interview.expire(at: now)
    legacy?.expire(at: now)
    releaseDue(at: now, port)
  }

  /// Its streams have their places; what was held is read.
  func begin(with outlets: [StreamOutlet], at now: HostTime, _ port: DevicePort) {
    isAnnounced = true
    if !prefix.isEmpty, let identity = offer?.identity {
      let words = "\(identity.model) \(identity.serial) \(identity.firmware)"
      event(.deviceMessage, "device", .text(words), at: now, port)
    }
    legacy?.begin(with: outlets)
    for (outlet, (stream, format)) in zip(outlets, offer?.streams ?? []) {
      let description = offer?.descriptions.first { $0.name == outlet.description.name }
      tracks[stream.id] = TioTrack(
        stream: stream, format: format, outlet: outlet,
        description: description ?? outlet.description)
    }
    if offer == nil {
      event(.sensorState, "no answer", .none, at: now, port)
    }
    settle(at: now, port)
  }

  /// It speaks, but in no dialect does it say what.
  var isMute: Bool { hasHeardLegacy && catalogue.device == nil && legacy?.shape == nil }

  func send(_ packet: TioPacket, _ port: DevicePort) { port.send(link.wire(packet)) }

  func event(
    _ kind: EventKind, _ label: String, _ value: EventValue, at now: HostTime, _ port: DevicePort
  ) {
    let named = prefix.isEmpty ? label : "\(prefix.dropLast()) \(label)"
    port.record(Event(time: now, kind: kind, label: named, value: value), now: now)
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

  func accept(_ type: UInt8, _ payload: RawSpan, at now: HostTime, _ port: DevicePort) {
    if type > TioPacket.Kind.dataBase {
      acceptData(type, payload, at: now, port)
      return
    }
    acceptControl(type, payload, at: now, port)
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
      legacy?.take(reply: payload, at: now)
    case TioPacket.Kind.error:
      interview.take(error: payload, at: now)
      beginLegacy()
      legacy?.take(error: payload, at: now)
    case TioPacket.Kind.metadata: acceptMetadata(payload, at: now, port)
    case TioPacket.Kind.log: acceptLog(payload, at: now, port)
    case TioPacket.Kind.settingChanged:
      event(.sensorState, "setting changed", .none, at: now, port)
    case TioPacket.Kind.legacyDescriptions, TioPacket.Kind.legacyData:
      acceptLegacy(type, payload, at: now, port)
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
  func isSender(_ wire: RawSpan) -> Bool {
    guard wire.byteCount == route.count else { return false }
    for hop in 0..<wire.byteCount where wire.u8(at: hop) != route[wire.byteCount - 1 - hop] {
      return false
    }
    return true
  }
}
