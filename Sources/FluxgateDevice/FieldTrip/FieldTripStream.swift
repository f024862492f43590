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
  private var converted: [UInt8] = []
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

  /// Hands over the rows of `all` but its first `known` ones; the first of the rest is `next`.
  ///
  /// - Returns: how many rows hold a number that no kept type holds; they are noted as lost.
  mutating func append(
    _ all: RawSpan, from known: Int, _ order: FieldTripByteOrder, to outlet: StreamOutlet,
    now: HostTime
  ) -> Int {
    let wire = all.extracting(known * wireRowByteCount..<all.byteCount)
    let count = wire.byteCount / wireRowByteCount
    settle(with: outlet, firstTime: hostTime(of: next))
    var unfit = 0
    var start = 0
    for row in 0...count {
      let isEnd = row == count
      if !isEnd, isFit(row, of: wire, order) { continue }
      keep(start..<row, of: wire, order, to: outlet, now: now)
      start = row + 1
      guard !isEnd else { break }
      unfit += 1
      outlet.noteGap(.corrupted, missing: 1, timeStep: Int64(period))
    }
    next += count
    lastTime = hostTime(of: next - 1)
    remember(wire)
    return unfit
  }

  private func isFit(_ row: Int, of wire: RawSpan, _ order: FieldTripByteOrder) -> Bool {
    let place = row * wireRowByteCount..<(row + 1) * wireRowByteCount
    return type.fits(wire.extracting(place), from: order)
  }

  private mutating func keep(
    _ rows: Range<Int>, of wire: RawSpan, _ order: FieldTripByteOrder, to outlet: StreamOutlet,
    now: HostTime
  ) {
    guard !rows.isEmpty else { return }
    let part = wire.extracting(
      rows.lowerBound * wireRowByteCount..<rows.upperBound * wireRowByteCount)
    let first = hostTime(of: next + rows.lowerBound)
    let last = hostTime(of: next + rows.upperBound - 1)
    if type.isKeptAsItIs(from: order) {
      outlet.append(part, from: first, to: last, now: now)
    } else {
      type.convert(part, from: order, into: &converted)
      // SAFETY: the bytes are read before `converted` changes.
      unsafe outlet.append(converted.span.bytes, from: first, to: last, now: now)
    }
  }

  private mutating func hostTime(of sample: Int) -> HostTime {
    clock.hostTime(ofDevice: deviceTime(sample))
  }

  private mutating func remember(_ wire: RawSpan) {
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
