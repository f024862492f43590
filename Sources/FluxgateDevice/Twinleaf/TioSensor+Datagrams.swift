internal import FluxgateSignal

/// Datagrams may come out of order, late or twice.
extension TioSensor {
  /// Samples in a packet; nil while the stream is not known.
  func sampleCount(of packet: TioSamples, _ samples: RawSpan) -> UInt64? {
    guard let stream = catalogue.stream(packet.streamID), stream.sampleSize > 0 else { return nil }
    return UInt64(samples.byteCount / stream.sampleSize)
  }

  func acceptDatagram(
    _ packet: TioSamples, _ samples: RawSpan, count: UInt64, at now: HostTime, _ port: DevicePort
  ) {
    switch reorder?.judge(packet, count: count, samples, at: now) {
    case .inOrder, nil:
      reorder?.passed(packet, count: count)
      acceptInOrder(packet, samples, at: now, port)
      while let next = reorder?.takeNext(of: packet.streamID) { release(next, port) }
    case .held: releaseDue(at: now, port)
    case .late: break
    }
  }

  /// Gives up on what is missing before packets that have waited long enough.
  func releaseDue(at now: HostTime, _ port: DevicePort) {
    for stream in reorder?.streams ?? [] {
      while let due = reorder?.takeDue(of: stream, at: now) {
        release(due, port)
        while let next = reorder?.takeNext(of: stream) { release(next, port) }
      }
    }
  }

  /// Reads all that is held, in order.
  func releaseAll(at now: HostTime, _ port: DevicePort) {
    for stream in reorder?.streams ?? [] {
      while let next = reorder?.takeFirst(of: stream) { release(next, port) }
    }
  }

  private func release(_ held: TioReorder.Held, _ port: DevicePort) {
    reorder?.passed(held.packet, count: held.count)
    // SAFETY: the span is used only inside the call, while `held` lives.
    let samples = unsafe held.samples.span.bytes
    acceptInOrder(held.packet, samples, at: held.arrival, port)
  }
}
