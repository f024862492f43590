internal import FluxgateSignal

/// What an answer changes. An answer to no open question is let go.
extension FieldTripDecoder {
  func take(_ payload: RawSpan, at now: HostTime, _ port: DevicePort) {
    switch question {
    case .nothing, .news: break
    case .header: takeHeader(payload, at: now, port)
    case .samples(let first, let count): takeSamples(payload, first, count, at: now, port)
    case .probe(let sample):
      guard isDefinition(payload, count: 1) else { return }
      search?.note(sample, isHeld: true)
      answered(at: now, port)
    case .events(_, let count): takeEvents(payload, count, at: now, port)
    }
  }

  func takeNews(_ payload: RawSpan, at now: HostTime, _ port: DevicePort) {
    guard question == .news, let samples = order.u32(payload, at: 0).map(Int.init),
      let events = order.u32(payload, at: 4).map(Int.init), let outlet = port.outlets.first
    else { return }
    silences = 0
    guard samples >= known, events >= knownEvents else {
      // The counts went back: the header says what is there now.
      hasRestarted = true
      return askHeader(at: now, port)
    }
    if !isUnproven { trusted = (known, knownEvents) }
    if samples > known { stream?.observe(count: samples, at: now, outlet.counters) }
    known = samples
    knownEvents = events
    proceed(at: now, port)
  }

  func takeRefusal(at now: HostTime, _ port: DevicePort) {
    switch question {
    case .nothing, .news: return
    case .header: return pause(at: now)
    case .probe(let sample): search?.note(sample, isHeld: false)
    case .samples, .events: refused = question
    }
    answered(at: now, port)
  }

  /// The server has no header at present: it is asked for a little later.
  func pause(at now: HostTime) {
    silences = 0
    question = .nothing
    refused = .header
    nextWake = now.advanced(by: Self.retryPause)
  }

  private func answered(at now: HostTime, _ port: DevicePort) {
    silences = 0
    askNews(at: now, port)
  }

  private func takeSamples(
    _ payload: RawSpan, _ first: Int, _ count: Int, at now: HostTime, _ port: DevicePort
  ) {
    guard isDefinition(payload, count: count), let outlet = port.outlets.first,
      let (place, rate) = stream.map({ ($0.next, $0.rate) })
    else { return }
    let rows = payload.extracting(FieldTripMessage.sampleDefinitionSize..<payload.byteCount)
    let overlap = place - first
    guard overlap == 0 || stream?.continues(rows) == true else { return beginAnew(at: now, port) }
    // In its own place: a copy of the stream held meanwhile would make it copy its last row.
    let unfit = stream?.append(rows, from: overlap, order, to: outlet, now: now) ?? 0
    if unfit > 0 { note("rows above 2^63 - 1", .integer(Int64(unfit)), at: now, port) }
    isUnproven = false
    provenEvents = knownEvents
    let isBehind = known > first + count
    let pause = Double(count) / rate / Self.catchUpSpeed * 1e9
    samplesNotBefore = isBehind ? now.advanced(by: Int64(pause)) : now
    answered(at: now, port)
  }

  /// The server's counts are of a new life; what it was last known to have had is `trusted`.
  private func beginAnew(at now: HostTime, _ port: DevicePort) {
    (known, knownEvents) = trusted
    hasRestarted = true
    askHeader(at: now, port)
  }

  /// The answer describes exactly the samples that were asked for.
  private func isDefinition(_ payload: RawSpan, count: Int) -> Bool {
    guard let stream else { return false }
    let byteCount = count * stream.wireRowByteCount
    return order.u32(payload, at: 0) == UInt32(stream.channelCount)
      && order.u32(payload, at: 4) == UInt32(count)
      && order.u32(payload, at: 8) == stream.type.rawValue
      && order.u32(payload, at: 12) == UInt32(byteCount)
      && payload.byteCount == FieldTripMessage.sampleDefinitionSize + byteCount
  }

  private func takeEvents(
    _ payload: RawSpan, _ count: Int, at now: HostTime, _ port: DevicePort
  ) {
    guard let stream, let outlet = port.outlets.first else { return }
    let events = FieldTripEvent.all(in: payload, order, most: count)
    for event in events {
      port.record(
        Event(
          time: stream.time(of: event.sample, now: now),
          sample: stream.number(of: event.sample, outlet), duration: Int64(event.duration),
          kind: .trigger, label: event.label, value: event.value), now: now)
    }
    nextEvent += events.count
    if events.count < count { loseEvents(count - events.count, .corrupted, port) }
    answered(at: now, port)
  }

  func loseEvents(_ count: Int, _ reason: DiscontinuityReason, _ port: DevicePort) {
    nextEvent += count
    guard count > 0 else { return }
    port.outlets.last?.noteGap(reason, missing: UInt64(count), timeStep: 0)
  }

  /// The counts did not go back, so what was refused is too old.
  func judgeRefusal(at now: HostTime, _ port: DevicePort) {
    switch refused {
    case .samples(let first, _):
      guard let stream, known > first else { break }
      let isFarBehind = stream.expectedCount(at: now) - known > Int(stream.rate / 2)
      if isUnproven, isFarBehind { return beginAnew(at: now, port) }
      search = RingSearch(gone: first, newest: known - 1, rate: stream.rate)
    case .events:
      loseEvents(max(1, (knownEvents - nextEvent) / 2), .serverOverrun, port)
    case .nothing, .header, .news, .probe: break
    }
    refused = .nothing
    proceed(at: now, port)
  }

  func goOn(
    _ search: RingSearch, at now: HostTime, _ outlet: StreamOutlet, _ port: DevicePort
  ) {
    if let probe = search.probe { return askProbe(probe, at: now, port) }
    self.search = nil
    stream?.skip(to: search.start(before: known), outlet)
    proceed(at: now, port)
  }
}
