public import FluxgateSignal

/// An event of a virtual device, by the stream's own sample number.
public struct TruthEvent: Sendable, Hashable {
  public var sample: Int64
  public var label: String
  public var value: EventValue
}

/// The helmet behind a virtual server: makes rows and events, and forgets what a restart takes.
struct FieldTripHelmet {
  private(set) var truth: TruthStream
  private(set) var events: [TruthEvent] = []
  /// Row of the truth and event at which the server's present counts began.
  private(set) var firstRow = 0
  private(set) var firstEvent = 0
  private let settings: FieldTripServerSettings
  private var signal: BrainSignal
  private var random: SeededRandom
  private var row: [Double]
  private var nextEventRow: Int

  init(_ settings: FieldTripServerSettings) {
    self.settings = settings
    truth = TruthStream(
      name: "fieldtrip", sampleType: settings.codes.kept, channelCount: settings.channelCount)
    signal = BrainSignal(
      channelCount: settings.channelCount, rate: settings.rate, seed: settings.seed)
    random = SeededRandom(seed: settings.seed &+ 1)
    row = [Double](repeating: 0, count: settings.channelCount)
    nextEventRow = max(1, Int(settings.rate / 2))
  }

  /// Samples and events since the last restart.
  var sampleCount: Int { truth.rowCount - firstRow }
  var eventCount: Int { events.count - firstEvent }

  mutating func makeRows(_ count: Int) {
    for _ in 0..<count {
      if truth.rowCount == nextEventRow { makeEvent() }
      signal.next(into: &row)
      if isOverflow(truth.rowCount) { truth.withheld.append(UInt64(truth.rowCount)) }
      for value in row { appendCode(of: value) }
    }
  }

  /// Counts begin anew; what lies beyond the counts that anybody was told never happened.
  mutating func restart(toldSamples: Int, toldEvents: Int) {
    let rowBytes = settings.channelCount * truth.sampleType.byteCount
    truth.rows.removeLast((sampleCount - toldSamples) * rowBytes)
    let kept = UInt64(truth.rowCount)
    truth.withheld.removeAll { $0 >= kept }
    events.removeLast(eventCount - toldEvents)
    firstRow = truth.rowCount
    firstEvent = events.count
    nextEventRow = truth.rowCount + eventPause()
  }

  /// Bytes of the present count's samples `first` to `last`, both included, as on the wire.
  func bytes(first: Int, last: Int, isBig: Bool) -> [UInt8] {
    let rows = firstRow + first...firstRow + last
    let kept = truth.sampleType.byteCount
    let wire = settings.codes.wireByteCount
    let rowBytes = settings.channelCount * kept
    let bytes = truth.rows[rows.lowerBound * rowBytes..<(rows.upperBound + 1) * rowBytes]
    guard kept != wire || isBig || settings.overflowEvery > 0 else { return Array(bytes) }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: kept) {
      let isTop = start % rowBytes == 0 && isOverflow(start / rowBytes)
      let number =
        isTop ? [UInt8](repeating: 0xFF, count: wire) : Array(bytes[start..<start + wire])
      result += isBig ? number.reversed() : number
    }
    return result
  }

  private func isOverflow(_ row: Int) -> Bool {
    settings.codes == .uint64 && settings.overflowEvery > 0
      && row % settings.overflowEvery == settings.overflowEvery - 1
  }

  private mutating func appendCode(of tesla: Double) {
    let codes = settings.codes
    var bits = codes.bits(codes.isFloat ? tesla : tesla / settings.resolution)
    for _ in 0..<truth.sampleType.byteCount {
      truth.rows.append(UInt8(truncatingIfNeeded: bits))
      bits >>= 8
    }
  }

  /// Numbered triggers, and now and then the answer of a subject as text.
  private mutating func makeEvent() {
    let isAnswer = events.count % 4 == 3
    let answer = random.next() & 1 == 0 ? "left" : "right"
    events.append(
      TruthEvent(
        sample: Int64(truth.rowCount), label: isAnswer ? "response" : "trigger",
        value: isAnswer ? .text(answer) : .integer(Int64(events.count % 8) + 1)))
    nextEventRow += eventPause()
  }

  private mutating func eventPause() -> Int {
    let jitter = Double(random.next() % 401) / 1000 - 0.2
    return max(1, Int(settings.rate * (1 + jitter)))
  }
}
