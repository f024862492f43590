internal import FluxgateSignal

/// The rows of one group of the older dialect's columns on their way to a stream.
struct TioLegacyTrack {
  private let outlet: StreamOutlet
  private let format: TioRowFormat
  private var clock = ClockFit()
  /// Number of the row that comes next; nil before the first.
  private var next: UInt64?
  private var pending: DiscontinuityReason?
  private var lastRow: HostTime?
  private var wire: [UInt8] = []
  private var rows: [UInt8] = []

  init(outlet: StreamOutlet, format: TioRowFormat) {
    self.outlet = outlet
    self.format = format
  }

  mutating func note(_ reason: DiscontinuityReason) {
    if next != nil, pending != .deviceReset { pending = reason }
  }

  /// Numbers began anew at 0.
  mutating func restart() {
    guard next != nil else { return }
    pending = .deviceReset
    next = 0
    clock.reset()
  }

  /// Times count otherwise from here on.
  mutating func changeRate() {
    note(.rateChanged)
    clock.reset()
  }

  mutating func take(_ part: RawSpan) {
    for offset in 0..<part.byteCount { wire.append(part.u8(at: offset) ?? 0) }
  }

  /// The row is complete.
  ///
  /// - Parameters:
  ///   - number: the row's, on the group's own count.
  ///   - duration: nanoseconds of so many rows.
  mutating func finishRow(_ number: UInt64, at now: HostTime, duration: (UInt64) -> Int64) {
    defer { wire.removeAll(keepingCapacity: true) }
    clock.observe(device: duration(number + 1), arrival: now)
    outlet.counters.noteClock(
      partsPerMillion: clock.partsPerMillion, jitter: clock.jitter,
      uncertainty: clock.uncertainty)
    let time = clock.hostTime(ofDevice: duration(number + 1))
    let missing = next.map { number - min($0, number) } ?? 0
    if missing > 0 || pending != nil {
      let step = lastRow.map { time.since($0) &- duration(1) } ?? 0
      outlet.noteGap(pending ?? .counterGap, missing: missing, timeStep: step)
    }
    pending = nil
    next = number + 1
    lastRow = time
    append(at: time, now)
  }

  private mutating func append(at time: HostTime, _ now: HostTime) {
    let (source, format) = (wire, format)
    // SAFETY: the span is read during the call, while `source` lives.
    let bytes = unsafe source.span.bytes
    format.convert(bytes, into: &rows)
    // SAFETY: the outlet copies the bytes before it returns.
    unsafe outlet.append(rows.span.bytes, from: time, to: time, now: now)
  }
}
