internal import FluxgateSignal
internal import FluxgateTransport

/// Samples: the test pattern first, then rows or texts with their times.
extension LSLDecoder {
  func takeSamples(_ payload: RawSpan, from offset: Int, at now: HostTime, _ port: DevicePort) {
    guard var feed = feed.take() else { return }
    feed.append(payload, from: offset)
    let bytes = feed.bytes
    // SAFETY: the view is used only while `bytes` lives, which nobody changes.
    let span = unsafe bytes.span.bytes
    judging: while stage != .idle {
      switch feed.judge(span) {
      case .needMore: break judging
      case .broken: mistrust("no sample", at: now, port)
      case .sample(let seconds, let values, let count):
        take(span, &feed, seconds, values, at: now, port)
        feed.pass(count)
      }
    }
    track?.flush(at: now)
    self.feed = feed
  }

  private func take(
    _ span: RawSpan, _ feed: inout LSLFeed, _ seconds: Double?, _ values: Int, at now: HostTime,
    _ port: DevicePort
  ) {
    guard case .pattern(let place) = stage else {
      return takeSample(span, feed, seconds, values, at: now, port)
    }
    let offset = LSLTestPattern.offsets[place]
    guard
      LSLTestPattern.matches(span, feed, seconds: seconds, values: values, offset: offset)
    else { return mistrust("the test pattern differs", at: now, port) }
    stage = .pattern(place + 1)
    if place + 1 == LSLTestPattern.offsets.count { begin(at: now, port) }
  }

  private func takeSample(
    _ span: RawSpan, _ feed: LSLFeed, _ seconds: Double?, _ values: Int, at now: HostTime,
    _ port: DevicePort
  ) {
    guard let stamp = stamp(seconds, at: now, port) else {
      return mistrust("a time that is none", at: now, port)
    }
    if isFirstSample { checkStamps(stamp, at: now, port) }
    if clock.followsArrivals { clock.observe(device: Int64(stamp), arrival: now) }
    if feed.format == .string {
      takeTexts(span, feed, values, stamp, at: now, port)
    } else if track != nil {
      keepRow(span, feed, values)
      if track?.accept(row, stamp: stamp, clock: &clock, at: now) ?? false {
        noteJump(at: now, port)
      }
    } else {
      takeTimedRow(span, feed, values, stamp, at: now, port)
    }
  }

  /// Nanoseconds on the sender's clock; nil for a stamp beyond all clocks.
  private func stamp(_ seconds: Double?, at now: HostTime, _ port: DevicePort) -> Double? {
    guard let seconds else {
      let rate = description?.stream.rate ?? 0
      // The very first sample of a feed has no sample before it to count from.
      if isFirstSample { lastStamp = Double(clock.device(of: now)) }
      lastStamp += rate > 0 && !isFirstSample ? 1e9 / rate : 0
      return lastStamp.magnitude < 4e18 ? lastStamp : nil
    }
    guard LSLClock.nanoseconds(seconds) != nil else { return nil }
    lastStamp = seconds * 1e9
    return lastStamp
  }

  /// Programs may stamp with any clock. One that is far from the one that the probes measured is
  /// tied to the host's clock by the samples' arrivals.
  private func checkStamps(_ stamp: Double, at now: HostTime, _ port: DevicePort) {
    isFirstSample = false
    guard !clock.followsArrivals, !clock.isNear(Int64(stamp), now) else { return }
    clock.reset()
    clock.followsArrivals = true
    say("stamps of another clock: times from arrivals", at: now, port)
  }

  // MARK: - Rows

  private func keepRow(_ span: RawSpan, _ feed: LSLFeed, _ values: Int) {
    row.removeAll(keepingCapacity: true)
    let size = feed.format.wireSize
    for channel in 0..<feed.channelCount {
      feed.format.keep(span, at: values + channel * size, isBig: feed.isBig, in: &row)
    }
  }

  /// A row that came when it came keeps its time as its first column.
  private func takeTimedRow(
    _ span: RawSpan, _ feed: LSLFeed, _ values: Int, _ stamp: Double, at now: HostTime,
    _ port: DevicePort
  ) {
    guard let outlet = port.outlets.first else { return }
    let time = clock.hostTime(of: Int64(stamp))
    row.removeAll(keepingCapacity: true)
    let isInteger = feed.format.isInteger
    keep(
      isInteger
        ? UInt64(bitPattern: time.nanoseconds) : (Double(time.nanoseconds) / 1e9).bitPattern)
    for channel in 0..<feed.channelCount {
      let place = values + channel * feed.format.wireSize
      keep(feed.format.wideBits(span, at: place, isBig: feed.isBig))
    }
    let whole = row
    // SAFETY: the bytes are read while `whole` lives.
    unsafe outlet.append(whole.span.bytes, from: time, to: time, now: now)
  }

  private func keep(_ bits: UInt64) {
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      row.append(UInt8(truncatingIfNeeded: bits >> shift))
    }
  }

  private func takeTexts(
    _ span: RawSpan, _ feed: LSLFeed, _ values: Int, _ stamp: Double, at now: HostTime,
    _ port: DevicePort
  ) {
    let time = clock.hostTime(of: Int64(stamp))
    var place = values
    for channel in 0..<feed.channelCount {
      guard case .found(let range) = feed.text(span, at: place) else { return }
      place = range.upperBound
      var bytes: [UInt8] = []
      for offset in range.prefix(256) { bytes.append(span.u8(at: offset) ?? 0) }
      let text = String(decoding: bytes, as: UTF8.self)
      let label = description?.channels[channel].name ?? ""
      port.record(Event(time: time, kind: .marker, label: label, value: .text(text)), now: now)
    }
  }
}
