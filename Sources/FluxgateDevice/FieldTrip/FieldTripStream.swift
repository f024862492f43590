internal import FluxgateSignal

/// Ties the server's sample count to the stream's: places, times and losses of its rows.
struct FieldTripStream {
  let type: FieldTripSampleType
  let channelCount: Int
  private(set) var rate: Double
  /// The server's number of the sample that is read next.
  private(set) var next: Int
  private var clock = ClockFit()
  private var lastTime: HostTime?
  /// Samples lost with a restart, noted once the new count's times are known.
  private var owed: (missing: UInt64, rateChanged: Bool)?
  private var widened: [UInt8] = []
  /// The row before `next` as it came; empty when that one was not read.
  private(set) var lastRow: [UInt8] = []

  init(header: FieldTripHeader) {
    type = header.type
    channelCount = header.channelCount
    rate = header.rate
    next = header.sampleCount
  }

  var wireRowByteCount: Int { channelCount * type.wireByteCount }
  private var period: Double { 1e9 / rate }

  /// The server has had `count` samples when its word came at `now`.
  mutating func observe(count: Int, at now: HostTime, _ counters: StreamCounters) {
    clock.observe(device: deviceTime(count - 1), arrival: now)
    counters.noteClock(
      partsPerMillion: clock.partsPerMillion, jitter: clock.jitter,
      uncertainty: clock.uncertainty)
  }

  /// Hands over the rows of `wire`, the first of which is `next`.
  mutating func append(_ wire: RawSpan, to outlet: StreamOutlet, now: HostTime) {
    let count = wire.byteCount / wireRowByteCount
    let first = clock.hostTime(ofDevice: deviceTime(next))
    let last = clock.hostTime(ofDevice: deviceTime(next + count - 1))
    settle(with: outlet, firstTime: first)
    if type.isKeptAsItIs {
      outlet.append(wire, from: first, to: last, now: now)
    } else {
      type.widen(wire, into: &widened)
      // SAFETY: the bytes are read before `widened` changes.
      unsafe outlet.append(widened.span.bytes, from: first, to: last, now: now)
    }
    next += count
    lastTime = last
    let start = wire.byteCount - wireRowByteCount
    lastRow.removeAll(keepingCapacity: true)
    for offset in start..<wire.byteCount { lastRow.append(wire.u8(at: offset) ?? 0) }
  }

  /// True when `wire` begins with the row that was read last: the server's count is still the same.
  func continues(_ wire: RawSpan) -> Bool {
    wire.byteCount >= lastRow.count
      && lastRow.indices.allSatisfy { wire.u8(at: $0) == lastRow[$0] }
  }

  /// How many samples the server should have had by `now` if it never paused.
  func expectedCount(at now: HostTime) -> Int {
    guard let lastTime else { return next }
    return next + Int(Double(now.since(lastTime)) / period)
  }

  /// The server's ring has run over what lay before `sample`.
  mutating func skip(to sample: Int, _ outlet: StreamOutlet) {
    settle(with: outlet, firstTime: nil)
    let missing = UInt64(sample - next)
    let step = Int64((Double(missing) * period).rounded())
    outlet.noteGap(.serverOverrun, missing: missing, timeStep: step)
    next = sample
    lastRow.removeAll(keepingCapacity: true)
  }

  /// The server's count began anew after it had reached `known`.
  mutating func restart(known: Int, rate newRate: Double) {
    let missing = (owed?.missing ?? 0) + UInt64(max(0, known - next))
    owed = (missing, (owed?.rateChanged ?? false) || newRate != rate)
    rate = newRate
    next = 0
    lastRow.removeAll(keepingCapacity: true)
    clock.reset()
  }

  /// Notes what a restart lost; `firstTime` is the time of the first row behind it.
  mutating func settle(with outlet: StreamOutlet, firstTime: HostTime?) {
    guard let owed else { return }
    self.owed = nil
    let step = firstTime.flatMap { first in lastTime.map { first.since($0) - Int64(period) } } ?? 0
    outlet.noteGap(.deviceReset, missing: owed.missing, timeStep: step)
    if owed.rateChanged { outlet.noteGap(.rateChanged, missing: 0, timeStep: 0) }
  }

  /// The recording's number of a sample of the server's present count, or -1 before its start.
  func number(of sample: Int, _ outlet: StreamOutlet) -> Int64 {
    let nextNumber = Int64(outlet.nextSample) + Int64(owed?.missing ?? 0)
    return max(-1, nextNumber + Int64(sample - next))
  }

  /// When a sample was made, reckoned from the last row handed over.
  func time(of sample: Int, now: HostTime) -> HostTime {
    guard let lastTime, owed == nil else { return now }
    return lastTime.advanced(by: Int64((Double(sample - (next - 1)) * period).rounded()))
  }

  private func deviceTime(_ sample: Int) -> Int64 {
    Int64((Double(sample) * period).rounded())
  }
}
