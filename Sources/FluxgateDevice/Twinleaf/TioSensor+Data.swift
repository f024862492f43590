internal import FluxgateSignal

extension TioSensor {
  /// Whether a data packet can be read now.
  private enum Readiness {
    case ready(TioTrack, TioSegment)
    /// Something it needs is unknown and has been or will be asked for.
    case waiting
    /// Of a stream that was not active when the streams were announced.
    case foreign
  }

  func acceptData(_ type: UInt8, _ payload: RawSpan, at now: HostTime, _ port: DevicePort) {
    guard let packet = TioSamples(type: type, payload: payload) else { return }
    let samples = payload.extracting(TioSamples.headerBytes..<payload.byteCount)
    if link.isDatagram, let count = sampleCount(of: packet, samples) {
      acceptDatagram(packet, samples, count: count, at: now, port)
    } else {
      acceptInOrder(packet, samples, at: now, port)
    }
  }

  func acceptInOrder(
    _ packet: TioSamples, _ samples: RawSpan, at now: HostTime, _ port: DevicePort
  ) {
    if let track = tracks[packet.streamID] {
      if track.wasQuiet(at: now) { doubt() }
      track.heard = now
    }
    if !held.holds(packet.streamID) {
      switch readiness(of: packet, port) {
      case .ready(let track, let segment):
        read(packet, samples, by: track, in: segment, at: now, port)
        return
      case .foreign:
        if foreign.insert(packet.streamID).inserted {
          event(.sensorState, "unannounced stream", .integer(Int64(packet.streamID)), at: now, port)
        }
        return
      case .waiting: break
      }
    }
    held.hold(packet, samples, at: now)
    settle(at: now, port)
  }

  /// Reads held packets as far as they can be read, oldest first.
  func readHeld(at now: HostTime, _ port: DevicePort) {
    for id in held.streams {
      let all = held.takeAll(of: id)
      var rest = all[...]
      while let next = rest.first {
        let readiness = readiness(of: next.packet, port)
        if case .waiting = readiness { break }
        if case .ready(let track, let segment) = readiness {
          // SAFETY: the span is used only inside the call, while `next` lives.
          let samples = unsafe next.samples.span.bytes
          read(next.packet, samples, by: track, in: segment, at: next.arrival, port)
        }
        rest = rest.dropFirst()
      }
      held.putBack(rest, of: id)
    }
  }

  private func read(
    _ packet: TioSamples, _ samples: RawSpan, by track: TioTrack, in segment: TioSegment,
    at arrival: HostTime, _ port: DevicePort
  ) {
    let old = track.segment
    track.accept(packet, samples, in: segment, at: arrival)
    if let old, !old.hasRate(of: segment) {
      event(.sensorState, "rate changed", .float(segment.rate), at: arrival, port)
    }
    // Segment numbers come round again: what is known of the others grows stale.
    if old?.id != segment.id { catalogue.forgetSegments(of: packet.streamID, but: segment.id) }
  }

  private func readiness(of packet: TioSamples, _ port: DevicePort) -> Readiness {
    guard isAnnounced else { return .waiting }
    guard let track = tracks[packet.streamID] else { return .foreign }
    guard isSessionSure, !isShapeUnsure else { return .waiting }
    guard let segment = catalogue.segment(packet.streamID, packet.segmentID) else {
      return assumedSegment(of: packet, track).map { .ready(track, $0) } ?? .waiting
    }
    guard track.isBackward(packet, in: segment), !track.isVerified else {
      return .ready(track, segment)
    }
    // Numbers ran backward: a new round of one segment, or the device started anew unseen.
    track.isVerified = true
    doubt()
    return .waiting
  }

  /// When the device will not describe a segment: it is taken to go on as the one before, from an
  /// unknown start.
  private func assumedSegment(of packet: TioSamples, _ track: TioTrack) -> TioSegment? {
    let query = TioCatalogue.Query.segment(packet.streamID, packet.segmentID)
    guard interview.hasGivenUp(query), var segment = track.segment else { return nil }
    if segment.id != packet.segmentID {
      segment.id = packet.segmentID
      segment.epoch = .invalid
    }
    return segment
  }
}
