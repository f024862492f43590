internal import FluxgateSignal
internal import FluxgateTransport

/// From the description to the first sample, and the clock beside it.
extension LSLDecoder {
  func takeInfo(at now: HostTime, _ port: DevicePort) {
    guard let root = LSLElementReader.read(text),
      let found = LSLDescription(root, setup.settings)
    else {
      text.removeAll()
      guard !port.isAnnounced else { return hangUp(port) }
      return refuse(.unsupported(what: "LSL stream without a readable description"), port)
    }
    text.removeAll()
    if let known = description {
      guard found.continues(known) else {
        return refuse(.unsupported(what: "LSL stream with other channels than before"), port)
      }
      if found.stream.uid != known.stream.uid { restart(at: now, port) }
    }
    description = found
    stage = .clocking
    setDeadline(nil)
    if clock.hasEstimate { askFeed(at: now, port) }
  }

  /// Another uid: the outlet's program began anew, perhaps on another clock.
  private func restart(at now: HostTime, _ port: DevicePort) {
    clock.reset()
    pendingBreak = port.isAnnounced ? .deviceReset : nil
    say("outlet restarted", at: now, port)
  }

  func wakeClock(at now: HostTime, _ port: DevicePort) {
    let (probe, measured) = clock.wake(at: now)
    if let probe { port.send(LSLEnvelope.encode(.datagram, probe)) }
    if let measured { take(measured, at: now, port) }
    guard stage == .clocking, clock.hasEstimate || clock.waves > 2 else { return }
    askFeed(at: now, port)
  }

  private func take(_ measured: LSLClock.Measurement, at now: HostTime, _ port: DevicePort) {
    if measured.hasJumped, stage == .streaming {
      track?.noteClockJump()
      say("sender's clock stepped", at: now, port)
    }
    guard port.isAnnounced, port.outlets.count >= 2 else { return }
    let clockOutlet = port.outlets[port.outlets.count - 2]
    clockOutlet.append(
      [now.nanoseconds, measured.offset, measured.uncertainty, Int64(measured.answers)], at: now,
      now: now)
    port.outlets[0].counters.noteClock(
      partsPerMillion: clock.fit.partsPerMillion, jitter: clock.fit.jitter,
      uncertainty: measured.uncertainty)
  }

  private func askFeed(at now: HostTime, _ port: DevicePort) {
    guard let description else { return }
    let wanted = setup.settings["buffer_seconds"].flatMap(Int.init) ?? 360
    let seconds = min(max(wanted, 1), 3600)
    let samples = description.stream.rate > 0 ? Int(description.stream.rate) * seconds : 36_000
    feed = LSLFeed(format: description.format, channelCount: description.stream.channelCount)
    stage = .head
    clock.followsArrivals = !clock.hasEstimate
    setDeadline(now.advanced(by: Self.patience))
    port.send(
      LSLEnvelope.encode(
        .feed, LSLRequest.feed(description, samples: max(samples, 1))))
  }

  // MARK: - The answer's head

  func takeHead(_ payload: RawSpan, at now: HostTime, _ port: DevicePort) {
    let before = text.count
    for place in payload.byteOffsets.prefix(LSLResponse.longest) {
      text.append(payload.u8(at: place) ?? 0)
    }
    guard let end = LSLResponse.end(in: text) else {
      if text.count > LSLResponse.longest { mistrust("answer without an end", at: now, port) }
      return
    }
    let head = LSLResponse(text[..<end])
    text.removeAll()
    guard let head else { return mistrust("answer without a status", at: now, port) }
    accept(head, at: now, port)
    if stage == .pattern(0) { takeSamples(payload, from: max(0, end - before), at: now, port) }
  }

  private func accept(_ head: LSLResponse, at now: HostTime, _ port: DevicePort) {
    switch head.status {
    case 200 where head.version == 110 && [0, 1234, 4321].contains(head.byteOrder):
      feed?.isBig = head.byteOrder == 4321
      stage = .pattern(0)
    // Another outlet has the port by now: found anew.
    case 404: hangUp(port)
    default:
      refuse(
        .unsupported(
          what: "LSL feed of status \(head.status), protocol \(head.version), byte order "
            + "\(head.byteOrder)"), port)
    }
  }

  /// What came is not what was agreed: break off, and give up after several times.
  func mistrust(_ what: String, at now: HostTime, _ port: DevicePort) {
    mismatches += 1
    say("LSL feed: \(what)", at: now, port)
    guard mismatches >= Self.mostMismatches else { return hangUp(port) }
    refuse(.unsupported(what: "LSL feed: \(what)"), port)
  }

  // MARK: - Announcing

  /// The test pattern was right: both sides mean the same numbers.
  func begin(at now: HostTime, _ port: DevicePort) {
    guard let description else { return }
    stage = .streaming
    setDeadline(nil)
    mismatches = 0
    silences = 0
    if !port.isAnnounced { announce(description, at: now, port) }
    if clock.followsArrivals { say("no time service: times from arrivals", at: now, port) }
    guard let reason = pendingBreak else { return }
    pendingBreak = nil
    if track == nil {
      let outlet = description.format == .string ? port.outlets.last : port.outlets.first
      outlet?.noteGap(reason, missing: 0, timeStep: 0)
    }
    track?.note(reason, clock: &clock, at: now)
  }

  private func announce(_ description: LSLDescription, at now: HostTime, _ port: DevicePort) {
    port.announce(description.identity, streams: description.streams(in: setup.category))
    if description.isEven {
      track = LSLTrack(outlet: port.outlets[0], rate: description.stream.rate)
    }
    for place in description.places {
      port.record(
        Event(
          time: now, kind: .deviceMessage, label: "location \(place.label)",
          value: .text(place.text)), now: now)
    }
    if !description.isEven { say("irregular stream: losses cannot be told", at: now, port) }
  }

  func say(_ label: String, at now: HostTime, _ port: DevicePort) {
    port.record(Event(time: now, kind: .deviceMessage, label: label), now: now)
  }

  func noteJump(at now: HostTime, _ port: DevicePort) {
    say("sender's clock stepped", at: now, port)
  }
}
