public import FluxgateSignal

/// A FieldTrip real-time buffer with a MEG helmet behind it, made of code. Its signal is simulated.
///
/// The helmet starts when the first header has gone out undamaged: row 0 of the truth is the first
/// sample after that. It goes on while the link is out, as a real one does, and the ring holds what
/// it holds. Answers leave in the order of requests; a waiting request holds those behind it back.
///
/// Faults: `corruptFrame` changes one byte of an answer's 8-byte header, never of its payload: TCP
/// has a checksum of its own and the protocol none, so a changed sample could not be seen. `reboot`
/// is the acquisition program starting anew: counts begin at 0 and what nobody was told of is gone.
public final class VirtualFieldTripBuffer: VirtualDevice {
  private static let mostRequests = 64

  private let settings: FieldTripServerSettings
  private var helmet: FieldTripHelmet
  private var faults: [InjectedFault]
  private var random: SeededRandom
  private var started: HostTime?
  /// When the present counts began; nil before the first header is out.
  private var countsBegan: HostTime?
  private var now = HostTime(nanoseconds: .min)
  private var input: [UInt8] = []
  private var isHopeless = false
  private var requests: [FieldTripRequest] = []
  private var waitDue: HostTime?
  private var output: [UInt8] = []
  private var silentUntil: HostTime?
  private var unpluggedUntil: HostTime?
  private var dropsNext = false
  private var corruptsNext = false
  /// Largest counts of the present life in an answer that went out whole.
  private var told = (samples: 0, events: 0)

  public init(_ settings: FieldTripServerSettings = FieldTripServerSettings()) {
    self.settings = settings
    helmet = FieldTripHelmet(settings)
    faults = settings.faults.sorted { $0.after < $1.after }
    random = SeededRandom(seed: settings.seed &+ 2)
  }

  public var truth: [TruthStream] { [helmet.truth] }
  public var truthEvents: [TruthEvent] { helmet.events }
  public var isPlugged: Bool { unpluggedUntil == nil }

  public func connected(at now: HostTime) {
    started = started ?? now
    clearLine()
    advance(to: now)
  }

  public func disconnected(at now: HostTime) { clearLine() }

  public func receive(_ bytes: [UInt8], at now: HostTime) {
    advance(to: now)
    input += bytes
    while requests.count < Self.mostRequests,
      let request = FieldTripRequest.take(
        from: &input, settings.order, isHopeless: &isHopeless)
    {
      requests.append(request)
    }
    if isHopeless { input.removeAll() }
    answerAll()
  }

  public func takeOutput() -> [UInt8] {
    defer { output.removeAll(keepingCapacity: true) }
    return output
  }

  public func advance(to end: HostTime) {
    while nextWake <= end {
      now = max(now, nextWake)
      injectDue()
      if let due = unpluggedUntil, due <= now { unpluggedUntil = nil }
      if let due = silentUntil, due <= now { silentUntil = nil }
      makeDueRows()
      answerAll()
    }
    now = max(now, end)
  }

  public var nextWake: HostTime {
    let fault = faults.first.flatMap { fault in started?.advanced(by: fault.after) }
    let due = [fault, nextPut, silentUntil, unpluggedUntil, silentUntil == nil ? waitDue : nil]
    return due.compactMap { $0 }.min() ?? .distantFuture
  }

  // MARK: - The helmet

  private var nextPut: HostTime? { countsBegan.map { $0.advanced(by: putTime(putCount + 1)) } }
  private var putCount: Int { helmet.sampleCount / settings.samplesPerPut }

  private func putTime(_ puts: Int) -> Int64 {
    Int64((Double(puts * settings.samplesPerPut) / settings.rate * 1e9).rounded(.up))
  }

  private func makeDueRows() {
    while let due = nextPut, due <= now { helmet.makeRows(settings.samplesPerPut) }
  }

  // MARK: - Faults

  private func injectDue() {
    while let started, let fault = faults.first, started.advanced(by: fault.after) <= now {
      faults.removeFirst()
      inject(fault.kind)
    }
  }

  private func inject(_ kind: InjectedFault.Kind) {
    switch kind {
    case .dropFrame: dropsNext = true
    case .corruptFrame: corruptsNext = true
    case .reboot: restart()
    case .unplug(let duration):
      unpluggedUntil = now.advanced(by: duration)
      clearLine()
    case .stall(let duration): silentUntil = now.advanced(by: duration)
    }
  }

  private func restart() {
    guard countsBegan != nil else { return }
    helmet.restart(toldSamples: told.samples, toldEvents: told.events)
    told = (0, 0)
    countsBegan = now
  }

  private func clearLine() {
    input.removeAll()
    isHopeless = false
    requests.removeAll()
    waitDue = nil
    output.removeAll()
  }

  // MARK: - Answers

  private func answerAll() {
    while silentUntil == nil, isPlugged, let request = requests.first, answer(request) {
      requests.removeFirst()
      waitDue = nil
    }
  }

  /// - Returns: false while the request has to wait.
  private func answer(_ request: FieldTripRequest) -> Bool {
    let counts = (samples: helmet.sampleCount, events: helmet.eventCount)
    let isBig = settings.order == .asClient ? request.isBig : true
    let answer = FieldTripAnswer(settings: settings, isBig: isBig)
    switch request.command {
    case 0x201:
      let header = answer.header(samples: counts.samples, events: counts.events)
      if emit(header, tells: counts) { countsBegan = countsBegan ?? now }
    case 0x202: emit(samples(request.words, answer))
    case 0x203: emit(events(request.words, answer))
    case 0x402:
      guard isAnswerable(wait: request.words) else { return false }
      let news = answer.news(samples: counts.samples, events: counts.events)
      emit(request.words.count == 3 ? news : answer.message(0x405), tells: counts)
    default: emit(answer.message((request.command & 0x300) | 0x5))
    }
    return true
  }

  private func isAnswerable(wait words: [Int]) -> Bool {
    guard words.count == 3 else { return true }
    if helmet.sampleCount > words[0] || helmet.eventCount > words[1] { return true }
    let due = waitDue ?? now.advanced(by: .milliseconds(Int64(words[2])))
    waitDue = due
    return due <= now
  }

  private func samples(_ words: [Int], _ answer: FieldTripAnswer) -> [UInt8] {
    let count = helmet.sampleCount
    let oldest = max(0, count - settings.ringCapacity)
    let first = words.count == 2 ? words[0] : oldest
    let last = words.count == 2 && words[1] != 0xFFFF_FFFF ? words[1] : count - 1
    guard first >= oldest, last < count, first <= last else {
      return answer.message(0x205)
    }
    return answer.samples(
      count: last - first + 1, helmet.bytes(first: first, last: last, isBig: answer.isBig))
  }

  private func events(_ words: [Int], _ answer: FieldTripAnswer) -> [UInt8] {
    let count = helmet.eventCount
    let first = words.count == 2 ? words[0] : 0
    let last = words.count == 2 && words[1] != 0xFFFF_FFFF ? words[1] : count - 1
    guard first <= last, last < count else { return answer.message(0x205) }
    let start = helmet.firstEvent
    return answer.events(
      helmet.events[start + first...start + last], firstRow: helmet.firstRow)
  }

  /// - Returns: false when a fault kept the answer from being understood.
  @discardableResult
  private func emit(_ answer: [UInt8], tells counts: (samples: Int, events: Int)? = nil) -> Bool {
    if dropsNext {
      dropsNext = false
      return false
    }
    guard !corruptsNext else {
      corruptsNext = false
      output += corrupted(answer)
      return false
    }
    output += answer
    if let counts { told = counts }
    return true
  }

  private func corrupted(_ answer: [UInt8]) -> [UInt8] {
    var damaged = answer
    let place = Int(random.next() % 8)
    damaged[place] ^= UInt8(truncatingIfNeeded: random.next() % 255 + 1)
    return damaged
  }
}
