internal import FluxgateSignal

extension TioSensor {
  /// A session number came, in a heartbeat or with the device's metadata.
  func note(session new: UInt32, at now: HostTime, _ port: DevicePort) {
    let isRestart = session.map { $0 != new } ?? false
    session = new
    isSessionSure = true
    guard isRestart else { return }
    releaseAll(at: now, port)
    reorder?.forget()
    catalogue = TioCatalogue()
    interview = TioInterview()
    isShapeUnsure = isAnnounced && legacy == nil
    legacy?.restarted()
    if !isAnnounced { offer = nil }
    for track in tracks.values { track.note(.deviceReset) }
    event(.link, "device restarted", .none, at: now, port)
  }

  func store(_ piece: TioMetadata, wasAsked: Bool, at now: HostTime, _ port: DevicePort) {
    if case .device(let device) = piece { note(session: device.session, at: now, port) }
    let isShapeTouched = catalogue.store(piece, wasAsked: wasAsked)
    guard isShapeTouched else { return }
    if isAnnounced { isShapeUnsure = true } else { offer = nil }
  }

  /// Does what has become possible: announce, compare, read what was held; then asks what is missing.
  func settle(at now: HostTime, _ port: DevicePort) {
    guard !isRefused else { return }
    if isShapeUnsure { compareShape(at: now, port) }
    if !isAnnounced, offer == nil { makeOffer(port) }
    if isAnnounced, !held.isEmpty { readHeld(at: now, port) }
    guard isOpen, !isRefused else { return }
    if legacy != nil {
      if let packet = legacy?.ask(at: now, route: route) { send(packet, port) }
    } else if !isSatisfied, let packet = interview.ask(missing, at: now, route: route) {
      send(packet, port)
    }
  }

  /// Nothing is missing, as always while samples flow.
  private var isSatisfied: Bool {
    offer != nil && isSessionSure && held.isEmpty && catalogue.isShapeKnown
  }

  private var missing: [TioCatalogue.Query] {
    var queries: [TioCatalogue.Query] = isSessionSure ? [] : [.device]
    queries += catalogue.missingShape.filter { !queries.contains($0) }
    for id in held.streams {
      guard let packet = held.first(of: id)?.packet, catalogue.stream(id) != nil,
        catalogue.segment(id, packet.segmentID) == nil
      else { continue }
      queries.append(.segment(id, packet.segmentID))
    }
    let others = offer != nil ? [] : catalogue.missingSegments
    return queries + others.filter { !queries.contains($0) }
  }

  private func makeOffer(_ port: DevicePort) {
    guard legacy == nil else { return offerLegacy(port) }
    guard let device = catalogue.device, interview.isDone(missing) else { return }
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
      found.append((stream, made.format, named(made.description)))
    }
    let identity = DeviceIdentity(
      maker: "Twinleaf", model: device.name, serial: device.serial, firmware: device.firmware)
    offer = Offer(
      identity: identity, descriptions: found.map(\.2), streams: found.map { ($0.0, $0.1) })
  }

  /// Streams of devices that share a line are told apart by their routes.
  func named(_ description: StreamDescription) -> StreamDescription {
    var named = description
    named.name = prefix + description.name
    return named
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
      guard fresh?.format == track.format, fresh.map({ named($0.description) }) == description
      else {
        event(.sensorState, "stream changed its shape", .text(description.name), at: now, port)
        refuse(.unsupported(what: "stream \(description.name) changed its columns"), port)
        return
      }
    }
  }
}
