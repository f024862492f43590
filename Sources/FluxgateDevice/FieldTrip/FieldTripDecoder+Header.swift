internal import FluxgateSignal

/// The server's header: the first, and each one after the link or the counts were lost.
extension FieldTripDecoder {
  func takeHeader(_ payload: RawSpan, at now: HostTime, _ port: DevicePort) {
    do throws(FieldTripHeader.Flaw) {
      let header = try FieldTripHeader(payload, order)
      silences = 0
      damagedHeaders = 0
      stream == nil ? announce(header, at: now, port) : compare(header, at: now, port)
      if question == .header { askNews(at: now, port) }
    } catch {
      takeFlaw(error, at: now, port)
    }
  }

  /// A header that breaks off may be one damaged byte of its size: it is asked for again.
  private func takeFlaw(_ flaw: FieldTripHeader.Flaw, at now: HostTime, _ port: DevicePort) {
    switch flaw {
    case .tooShort, .chunk: damagedHeaders += 1
    case .channelCount, .rate, .byteRate, .type: damagedHeaders = Self.mostDamagedHeaders
    }
    guard damagedHeaders < Self.mostDamagedHeaders else {
      return refuse(Self.refusal(flaw), port)
    }
    nextWake = now.advanced(by: Self.quiet)
  }

  private func announce(
    _ header: FieldTripHeader, at now: HostTime, _ port: DevicePort
  ) {
    let description = FieldTripChannels.description(of: header, setup)
    channels = description.channels
    stream = FieldTripStream(header: header)
    known = header.sampleCount
    knownEvents = header.eventCount
    nextEvent = header.eventCount
    provenEvents = header.eventCount
    let identity = DeviceIdentity(
      maker: "FieldTrip", model: "real-time buffer", serial: "", firmware: "protocol 1")
    port.announce(identity, streams: [description])
    if !header.type.isKeptAsItIs(from: .little) {
      note("number type", .text(header.type.words), at: now, port)
    }
    for chunk in header.chunks.notes { note(chunk.label, chunk.value, at: now, port) }
  }

  func note(
    _ label: String, _ value: EventValue, at now: HostTime, _ port: DevicePort
  ) {
    port.record(Event(time: now, kind: .deviceMessage, label: label, value: value), now: now)
  }

  private func compare(
    _ header: FieldTripHeader, at now: HostTime, _ port: DevicePort
  ) {
    guard let stream else { return }
    let new = FieldTripChannels.channels(of: header, setup.settings)
    guard header.type == stream.type, new == channels else {
      return refuse(.unsupported(what: "a header that changes its channels"), port)
    }
    let isSame =
      !hasRestarted && header.rate == stream.rate && header.sampleCount >= known
      && header.eventCount >= knownEvents
    if !isSame { restart(header, at: now, port) }
    known = header.sampleCount
    knownEvents = header.eventCount
  }

  /// The counts began anew: what was told and not yet read is lost, and the new count is read from 0.
  private func restart(
    _ header: FieldTripHeader, at now: HostTime, _ port: DevicePort
  ) {
    forgetTrouble()
    hasRestarted = false
    isUnproven = false
    provenEvents = 0
    stream?.restart(known: known, rate: header.rate)
    if header.sampleCount > 0, let counters = port.outlets.first?.counters {
      stream?.observe(count: header.sampleCount, at: now, counters)
    }
    loseEvents(knownEvents - nextEvent, .deviceReset, port)
    nextEvent = 0
    samplesNotBefore = HostTime(nanoseconds: .min)
  }

  private static func refusal(_ flaw: FieldTripHeader.Flaw) -> DeviceRefusal {
    switch flaw {
    case .channelCount(let count) where count > FieldTripHeader.mostChannels:
      .tooManyChannels(count, limit: FieldTripHeader.mostChannels)
    case .channelCount: .unsupported(what: "a header without channels")
    case .rate(let rate): .unsupported(what: "sampling rate \(rate) Hz")
    case .byteRate(let rate): .unsupported(what: "\(Int(rate / 1e6)) MB of samples a second")
    case .type(let code): .unsupported(what: "sample type \(code)")
    case .tooShort: .notThisDevice(expected: "FieldTrip header", found: "a shorter answer")
    case .chunk(let type, let size):
      .notThisDevice(expected: "FieldTrip header", found: "chunk \(type) of \(size) bytes")
    }
  }
}
