internal import FluxgateSignal

/// One recording's sweeps on their way into its streams.
final class BioSemiPlan {
  /// Seconds: what is less late came as it should.
  private static let onTime = 0.005
  /// By how many seconds lateness may change and still be the same.
  private static let steadiness = 0.005
  /// More seconds than lumps explain.
  private static let usualLag = 0.020

  let mode: BioSemiMode
  let sweepBytes: Int
  private let streams: [BioSemiStreams.Stream]
  private let wordCount: Int
  private var track: BioSemiTrack
  private var hold = BioSemiHold()
  private var pace = BioSemiPace()
  private var watch = BioSemiStateWatch()
  /// Rows of one stream at a time.
  private var rows = [Int32](repeating: 0, count: BioSemiFramer.longestRun / 4)

  init(mode: BioSemiMode, streams: [BioSemiStreams.Stream]) {
    self.mode = mode
    self.streams = streams
    wordCount = mode.wordCount ?? BioSemiMode.greatestWordCount
    sweepBytes = wordCount * 4
    track = BioSemiTrack(rate: mode.rate)
  }

  var judgementDue: HostTime? { hold.due }
  var isHolding: Bool { hold.isHolding }

  func secondsLate(_ run: RawSpan, at now: HostTime) -> Double {
    guard track.hasLine else { return 0 }
    return track.lateness(of: hold.sweeps + run.byteCount / sweepBytes, at: now) / mode.rate
  }

  /// Keeps what comes from now on, until the break before it is judged.
  ///
  /// - Parameter skipped: bytes passed over; nil where the link was lost.
  func hold(skipped: Int?, at now: HostTime) {
    guard track.hasLine else { return }
    switch skipped {
    case nil:
      hold.begin(.linkLost, at: now)
      pace.forget()
    case 0?:
      hold.begin(.lateness, at: now)
      pace.watch(at: now)
    case let bytes?:
      let lag = pace.least > Self.usualLag * mode.rate ? pace.least : 0
      hold.begin(.passedOver(bytes: bytes, lag: lag), at: now)
      pace.forget()
    }
  }

  func take(_ run: RawSpan, at now: HostTime, _ port: DevicePort) {
    let count = run.byteCount / sweepBytes
    guard hold.isHolding else {
      if track.hasLine { pace.note(track.lateness(of: count, at: now), at: now) }
      track.observe(count, at: now)
      return deliver(run, at: now, port)
    }
    if !hold.hasRoom(for: run) {
      rejudge(port, at: now)
      return take(run, at: now, port)
    }
    let late = track.lateness(of: hold.sweeps + count, at: now)
    pace.note(late, at: now)
    hold.add(run, sweeps: count, lateness: late)
    if hold.cause == .lateness, late < Self.onTime * mode.rate { judge(port, at: now) }
  }

  /// Judges when the break is due, or waits on while lateness has not settled.
  func wake(_ port: DevicePort, at now: HostTime) {
    guard hold.cause == .lateness, pace.settled(within: Self.steadiness * mode.rate) == nil,
      hold.waitOn(at: now)
    else { return judge(port, at: now) }
  }

  /// What is held goes on. A gateway that lags is still late then, which must not be taken into the
  /// line: what follows is held anew.
  private func rejudge(_ port: DevicePort, at now: HostTime) {
    let wasLate = hold.cause == .lateness
    judge(port, at: now)
    if wasLate { hold(skipped: 0, at: now) }
  }

  /// Says what is missing before the sweeps held, and hands them on.
  func judge(_ port: DevicePort, at now: HostTime) {
    guard hold.isHolding else { return }
    let gap = gap
    if gap.missing > 0 {
      lose(gap.missing, gap.reason, port)
      pace.excuse(gap.missing)
    }
    let held = hold.bytes
    let longest = BioSemiFramer.longestRun / sweepBytes * sweepBytes
    var start = 0
    while start < held.count {
      let end = min(start + longest, held.count)
      // SAFETY: the view is used only while `held` lives.
      let run = unsafe held.span.bytes.extracting(start..<end)
      deliver(run, at: now, port)
      start = end
    }
    hold.finish()
  }

  private var gap: BioSemiGap {
    switch hold.cause {
    case .lateness:
      let late = pace.settled(within: Self.steadiness * mode.rate) ?? 0
      return BioSemiGap(lateness: late, skipped: 0, sweepBytes: sweepBytes)
    case .passedOver(let bytes, let lag):
      return BioSemiGap(lateness: hold.least - lag, skipped: bytes, sweepBytes: sweepBytes)
    case .linkLost:
      return BioSemiGap(lateness: hold.least, skipped: nil, sweepBytes: sweepBytes)
    }
  }

  /// Counts sweeps as lost in every stream.
  func lose(
    _ count: UInt64, _ reason: DiscontinuityReason, seconds: Double? = nil, _ port: DevicePort
  ) {
    let step = track.skip(count)
    let time = seconds.map { Int64($0 * 1e9) } ?? step
    for outlet in port.outlets.dropLast() { outlet.noteGap(reason, missing: count, timeStep: time) }
  }

  /// The line through arrivals starts anew: meanwhile the box measured at another rate.
  func startAnew() {
    track.startAnew()
    pace.forget()
  }

  func finish(skipped: Int, _ port: DevicePort, at now: HostTime) {
    judge(port, at: now)
    let unread = UInt64(skipped / sweepBytes)
    if unread > 0 { lose(unread, .corrupted, port) }
    guard let first = port.outlets.first else { return }
    for event in watch.finish(sample: Int64(first.nextSample), time: now) {
      port.record(event, now: now)
    }
  }

  // MARK: - Rows

  private func deliver(_ run: RawSpan, at now: HostTime, _ port: DevicePort) {
    if BioSemiCodes.areClean(run) { return store(run, at: now, port) }
    for start in stride(from: 0, to: run.byteCount, by: sweepBytes) {
      let sweep = run.extracting(start..<start + sweepBytes)
      if BioSemiCodes.areClean(sweep) {
        store(sweep, at: now, port)
      } else {
        lose(1, .corrupted, port)
      }
    }
  }

  private func store(_ run: RawSpan, at now: HostTime, _ port: DevicePort) {
    let count = run.byteCount / sweepBytes
    let sample = Int64(port.outlets[0].nextSample)
    let (first, last) = track.take(count)
    for (stream, outlet) in zip(streams, port.outlets) {
      BioSemiCodes.fill(&rows, from: run, wordCount: wordCount, stream)
      let byteCount = count * stream.description.rowByteCount
      // SAFETY: the bytes are read before `rows` changes.
      unsafe outlet.append(
        rows.span.bytes.extracting(0..<byteCount), from: first, to: last, now: now)
      outlet.counters.noteClock(
        partsPerMillion: track.partsPerMillion, jitter: track.jitter,
        uncertainty: track.uncertainty)
    }
    watchStates(of: run, count, sample, first, last, now, port)
  }

  private func watchStates(
    of run: RawSpan, _ count: Int, _ sample: Int64, _ first: HostTime, _ last: HostTime,
    _ now: HostTime, _ port: DevicePort
  ) {
    for index in 0..<count {
      guard let word = run.u32(at: index * sweepBytes + 4) else { return }
      let status = BioSemiStatus(word: word)
      guard watch.isNews(status) else { continue }
      let passed = Double(last.since(first)) * Double(index) / Double(max(count - 1, 1))
      let time = first.advanced(by: Int64(passed))
      for event in watch.take(status, sample: sample + Int64(index), time: time) {
        port.record(event, now: now)
      }
    }
  }
}
