internal import FluxgateSignal

/// One announced stream: its samples on the way from packets to rows.
final class TioTrack {
  let stream: TioStream
  let format: TioRowFormat
  let description: StreamDescription
  private let outlet: StreamOutlet
  private var numbering = TioNumbering()
  private var clock = ClockFit()
  private var lastRow: HostTime?
  private var rows: [UInt8] = []
  /// When data of this stream last came, whether or not it could be read at once.
  var heard: HostTime?
  /// Numbers ran backward and fresh metadata has been asked for.
  var isVerified = false

  init(stream: TioStream, format: TioRowFormat, outlet: StreamOutlet) {
    self.stream = stream
    self.format = format
    self.outlet = outlet
    description = outlet.description
    rows.reserveCapacity(TioPacket.longestPayload * 8)
  }

  var segment: TioSegment? { numbering.segment }

  func note(_ reason: DiscontinuityReason) { numbering.note(reason) }

  func isBackward(_ packet: TioSamples, in segment: TioSegment) -> Bool {
    numbering.isBackward(packet.number, in: segment)
  }

  /// Nothing has come for so long that whole rounds of numbers may have gone by.
  func wasQuiet(at now: HostTime) -> Bool {
    guard let heard else { return false }
    let periods = segment.map { $0.duration(ofSamples: 4) } ?? 0
    return now.since(heard) > max(.seconds(2), periods)
  }

  /// Hands the samples of one packet to the outlet, after what is missing before them.
  func accept(_ packet: TioSamples, _ samples: RawSpan, in segment: TioSegment, at now: HostTime) {
    let count = samples.byteCount / format.sampleSize
    guard count > 0 else { return }
    let wasReset = numbering.pending == .deviceReset
    let verdict = numbering.accept(
      packet.number, count: UInt64(count), in: segment, at: now,
      segmentCount: stream.segmentCount)
    guard verdict != .repeated else { return }
    isVerified = false
    if wasReset { clock.reset() }
    let times = time(packet.number, count: count, at: now)
    if case .broken(let found) = verdict {
      let step = lastRow.map { times.first.since($0) &- segment.duration(ofSamples: 1) } ?? 0
      outlet.noteGap(found.reason, missing: found.missing, timeStep: step)
    }
    append(samples.extracting(0..<count * format.sampleSize), times, at: now)
    lastRow = times.last
  }

  private func time(
    _ number: UInt64, count: Int, at now: HostTime
  ) -> (first: HostTime, last: HostTime) {
    let last = numbering.endTime(ofSample: number + UInt64(count) - 1)
    clock.observe(device: last, arrival: now)
    outlet.counters.noteClock(
      partsPerMillion: clock.partsPerMillion, jitter: clock.jitter,
      uncertainty: clock.uncertainty)
    let first = clock.hostTime(ofDevice: numbering.endTime(ofSample: number))
    return (first, clock.hostTime(ofDevice: last))
  }

  private func append(
    _ samples: RawSpan, _ times: (first: HostTime, last: HostTime), at now: HostTime
  ) {
    if format.isVerbatim {
      outlet.append(samples, from: times.first, to: times.last, now: now)
      return
    }
    format.convert(samples, into: &rows)
    let made = rows
    // SAFETY: the outlet copies the bytes before it returns, and `made` lives that long.
    let bytes = unsafe made.span.bytes
    outlet.append(bytes, from: times.first, to: times.last, now: now)
  }
}

/// What a data packet says before its samples.
struct TioSamples {
  static let headerBytes = 4

  let streamID: UInt8
  let number: UInt64
  let segmentID: UInt8

  init?(type: UInt8, payload: RawSpan) {
    guard type > TioPacket.Kind.dataBase, let number = payload.u24(at: 0),
      let segment = payload.u8(at: 3)
    else { return nil }
    streamID = type - TioPacket.Kind.dataBase
    self.number = UInt64(number)
    segmentID = segment
  }
}
