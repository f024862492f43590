internal import FluxgateSignal

extension TioDecoder {
  /// A session number came, in a heartbeat or with the device's metadata.
  func note(session new: UInt32, at now: HostTime, _ port: DevicePort) {
    let isRestart = session.map { $0 != new } ?? false
    session = new
    isSessionSure = true
    guard isRestart else { return }
    catalogue = TioCatalogue()
    interview = TioInterview()
    isShapeUnsure = port.isAnnounced
    for track in tracks.values { track.note(.deviceReset) }
    event(.link, "device restarted", .none, at: now, port)
  }

  func store(_ piece: TioMetadata, wasAsked: Bool, at now: HostTime, _ port: DevicePort) {
    if case .device(let device) = piece { note(session: device.session, at: now, port) }
    let isShapeTouched = catalogue.store(piece, wasAsked: wasAsked)
    if isShapeTouched, port.isAnnounced { isShapeUnsure = true }
  }

  /// Does what has become possible: announce, compare, read what was held; then asks what is missing.
  func settle(at now: HostTime, _ port: DevicePort) {
    if isShapeUnsure { compareShape(at: now, port) }
    if !port.isAnnounced { announceIfKnown(port) }
    if port.isAnnounced { readHeld(at: now, port) }
    guard nextWake != nil else { return }
    if let packet = interview.ask(missing(port), at: now, route: link.route) {
      send(packet, port)
    }
  }

  private func missing(_ port: DevicePort) -> [TioCatalogue.Query] {
    var queries: [TioCatalogue.Query] = isSessionSure ? [] : [.device]
    queries += catalogue.missingShape.filter { !queries.contains($0) }
    for id in held.streams {
      guard let packet = held.first(of: id)?.packet, catalogue.stream(id) != nil,
        catalogue.segment(id, packet.segmentID) == nil
      else { continue }
      queries.append(.segment(id, packet.segmentID))
    }
    let others = port.isAnnounced ? [] : catalogue.missingSegments
    return queries + others.filter { !queries.contains($0) }
  }

  private func announceIfKnown(_ port: DevicePort) {
    guard let device = catalogue.device, interview.isDone(missing(port)) else { return }
    let active = catalogue.streamIDs.compactMap(catalogue.stream).filter {
      catalogue.activeSegment(of: $0.id) != nil || held.holds($0.id)
    }
    guard !active.isEmpty else { return }
    var found: [(TioStream, TioRowFormat, StreamDescription)] = []
    for stream in active {
      guard let made = catalogue.description(of: stream, rate: rate(of: stream), category: category)
      else {
        refuse(.unsupported(what: "number types of stream \(stream.name)"), port)
        return
      }
      found.append((stream, made.format, made.description))
    }
    announce(device, found, port)
  }

  private func announce(
    _ device: TioDevice, _ found: [(TioStream, TioRowFormat, StreamDescription)], _ port: DevicePort
  ) {
    let identity = DeviceIdentity(
      maker: "Twinleaf", model: device.name, serial: device.serial, firmware: device.firmware)
    port.announce(identity, streams: found.map(\.2))
    for (place, (stream, format, _)) in found.enumerated() {
      tracks[stream.id] = TioTrack(stream: stream, format: format, outlet: port.outlets[place])
    }
  }

  private func rate(of stream: TioStream) -> Double? {
    let segment =
      held.first(of: stream.id).flatMap { catalogue.segment(stream.id, $0.packet.segmentID) }
      ?? catalogue.activeSegment(of: stream.id)
    return segment?.rate
  }

  /// After a restart or an update: the streams must still be what was announced.
  private func compareShape(at now: HostTime, _ port: DevicePort) {
    guard interview.isDone(catalogue.missingShape) else { return }
    isShapeUnsure = false
    for (id, track) in tracks {
      let description = track.description
      let fresh = catalogue.stream(id).flatMap {
        catalogue.description(of: $0, rate: description.rate, category: category)
      }
      guard fresh?.format == track.format, fresh?.description == description else {
        event(.sensorState, "stream changed its shape", .text(description.name), at: now, port)
        refuse(.unsupported(what: "stream \(description.name) changed its columns"), port)
        return
      }
    }
  }
}
