public import FluxgateSignal

/// Speaks TIO over one line with one device, or with several behind a hub, each by its route.
///
/// What belongs to one device (metadata, numbers, streams) is its ``TioSensor``'s. Here is what the
/// line needs: packets in and out of their envelope, heartbeats, the line's rate, and the one moment
/// at which the streams of all devices are announced.
public final class TioDecoder: Decoder {
  static let settling = Int64.milliseconds(50)
  static let heartbeatPeriod = Int64.milliseconds(100)
  static let silenceLimit = Int64.seconds(10)

  private let link: TioLink
  private let sensors: [TioSensor]
  private var rateTalk: TioRateTalk?
  private var unwrapper = TioUnwrapper()
  private var opened: HostTime?
  /// What comes before this moment was sent to somebody else.
  private var listensFrom = HostTime(nanoseconds: .min)
  /// As it goes over the line; to a hub itself where several sensors are behind one.
  private let heartbeat: [UInt8]
  private var heartbeatAt: HostTime?
  private var hasHeard = false
  private var isRefused = false

  init(link: TioLink, sensors: [TioSensor], rateTalk: TioRateTalk? = nil) {
    self.link = link
    self.sensors = sensors
    self.rateTalk = rateTalk
    let route = sensors.count == 1 ? sensors[0].route : []
    heartbeat = link.wire(TioPacket(type: TioPacket.Kind.heartbeat, route: route))
  }

  public func linkOpened(at now: HostTime, port: DevicePort) {
    opened = now
    // Once streams flow, their numbers tell old bytes from new: nothing has to be thrown away.
    let start = port.isAnnounced ? now : now.advanced(by: Self.settling)
    listensFrom = start
    rateTalk?.linkOpened()
    for sensor in sensors { sensor.linkOpened() }
    if port.isAnnounced {
      event("link opened", at: now, port)
      beat(at: now, port)
      for sensor in sensors { sensor.settle(at: now, port) }
    } else {
      port.board.state = .greeting
      heartbeatAt = start
    }
  }

  public func linkLost(at now: HostTime, port: DevicePort) {
    heartbeatAt = nil
    opened = nil
    for sensor in sensors { sensor.linkLost(at: now, port) }
    event("link lost", at: now, port)
  }

  public func decode(_ frame: RawSpan, at now: HostTime, port: DevicePort) {
    guard !isRefused, now >= listensFrom, frame.byteCount > 0 else { return }
    if link.isBare {
      accept(frame, at: now, port)
    } else if frame.u8(at: frame.byteCount - 1) == TioSlip.end {
      guard unwrapper.unwrap(frame) == nil else { return }
      unwrapper.withPacket { accept($0, at: now, port) }
    } else if let text = TioBytes.text(frame, at: 0, count: frame.byteCount - 1) {
      port.record(
        Event(time: now, kind: .deviceMessage, label: "text", value: .text(text)), now: now)
    }
  }

  public func skipped(_ byteCount: Int, _ fault: FramingFault, at now: HostTime, port: DevicePort) {
    // The port counts the bytes; what was lost with them shows in the sample numbers.
  }

  public var nextWake: HostTime? {
    guard let heartbeatAt, !isRefused else { return nil }
    var due = min(heartbeatAt, rateTalk?.deadline ?? .distantFuture)
    for sensor in sensors { due = min(due, sensor.nextWake ?? .distantFuture) }
    return due
  }

  public func wake(at now: HostTime, port: DevicePort) {
    if let due = heartbeatAt, due <= now { beat(at: now, port) }
    rateTalk?.wake(at: now, link, port)
    for sensor in sensors { sensor.expire(at: now, port) }
    giveUpIfSilent(at: now, port)
    for sensor in sensors { sensor.settle(at: now, port) }
    announceIfReady(at: now, port)
  }

  public func farewell(at now: HostTime, port: DevicePort) {
    heartbeatAt = nil
    for sensor in sensors { sensor.farewell(at: now, port) }
  }

  private func event(_ label: String, at now: HostTime, _ port: DevicePort) {
    port.record(Event(time: now, kind: .link, label: label), now: now)
  }

  private func beat(at now: HostTime, _ port: DevicePort) {
    port.send(heartbeat)
    heartbeatAt = now.advanced(by: Self.heartbeatPeriod)
  }

  private func giveUpIfSilent(at now: HostTime, _ port: DevicePort) {
    guard let opened, !port.isAnnounced, now.since(opened) >= Self.silenceLimit else { return }
    if !hasHeard {
      isRefused = true
      port.refuse(.silent(seconds: 10))
    } else if sensors.allSatisfy(\.isMute) {
      isRefused = true
      port.refuse(.unsupported(what: "a TIO device that does not describe its samples"))
    }
  }

  private func accept(_ bytes: RawSpan, at now: HostTime, _ port: DevicePort) {
    guard let header = TioPacket.Header(bytes), header.packetBytes == bytes.byteCount else {
      return
    }
    let route = bytes.extracting(header.route)
    let payload = bytes.extracting(header.payload)
    rateTalk?.hear(header.type, payload, isRoot: route.byteCount == 0, at: now, link, port)
    for sensor in sensors where sensor.isSender(route) {
      hasHeard = true
      sensor.accept(header.type, payload, at: now, port)
    }
    announceIfReady(at: now, port)
  }

  // MARK: - Announcing

  /// All streams are announced at once: when every device has told its own, or when some have and
  /// the others were silent for too long.
  private func announceIfReady(at now: HostTime, _ port: DevicePort) {
    guard !isRefused, let opened else { return }
    if sensors.contains(where: \.isRefused) { return isRefused = true }
    guard !port.isAnnounced else { return }
    let ready = sensors.filter { $0.offer != nil }
    let isLate = now.since(opened) >= Self.silenceLimit
    guard !ready.isEmpty, ready.count == sensors.count || isLate else { return }
    port.announce(identity(of: ready), streams: ready.flatMap { $0.offer?.descriptions ?? [] })
    var outlets = port.outlets[...]
    for sensor in sensors {
      let count = sensor.offer?.descriptions.count ?? 0
      sensor.begin(with: Array(outlets.prefix(count)), at: now, port)
      outlets = outlets.dropFirst(count)
    }
  }

  private func identity(of ready: [TioSensor]) -> DeviceIdentity {
    let all = ready.compactMap { $0.offer?.identity }
    guard all.count > 1 else { return all[0] }
    return DeviceIdentity(
      maker: "Twinleaf", model: all.map(\.model).joined(separator: " + "),
      serial: all.map(\.serial).joined(separator: " + "),
      firmware: all.map(\.firmware).joined(separator: " + "))
  }
}
