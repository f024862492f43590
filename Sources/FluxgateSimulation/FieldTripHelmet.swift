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
      for value in row { appendCode(of: value) }
    }
  }

  /// Counts begin anew; what lies beyond the counts that anybody was told never happened.
  mutating func restart(toldSamples: Int, toldEvents: Int) {
    let rowBytes = settings.channelCount * truth.sampleType.byteCount
    truth.rows.removeLast((sampleCount - toldSamples) * rowBytes)
    events.removeLast(eventCount - toldEvents)
    firstRow = truth.rowCount
    firstEvent = events.count
    nextEventRow = truth.rowCount + eventPause()
  }

  /// Bytes of the present count's samples `first` to `last`, both included.
  func bytes(first: Int, last: Int) -> ArraySlice<UInt8> {
    let rowBytes = settings.channelCount * truth.sampleType.byteCount
    return truth.rows[(firstRow + first) * rowBytes..<(firstRow + last + 1) * rowBytes]
  }

  private mutating func appendCode(of tesla: Double) {
    let bits: UInt32 =
      switch settings.codes {
      case .int32: UInt32(bitPattern: Int32((tesla / settings.resolution).rounded()))
      case .float32: Float(tesla).bitPattern
      }
    for shift in [0, 8, 16, 24] as [UInt32] {
      truth.rows.append(UInt8(truncatingIfNeeded: bits >> shift))
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
