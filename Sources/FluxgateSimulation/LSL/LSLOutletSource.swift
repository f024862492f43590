internal import FluxgateSignal

/// What an outlet has to give: rows of a simulated helmet, or texts, at their times.
struct LSLOutletSource {
  struct Row {
    var number: UInt64
    /// Nil where the time follows from the row before.
    var seconds: Double?
    /// In femtotesla; empty for a text.
    var femtotesla: [Double]
    var text: String

    func values(_ wire: LSLWire) -> [UInt8] {
      guard wire.format == .string else { return femtotesla.flatMap(wire.value) }
      return femtotesla.indices.flatMap { wire.text("\(text).\($0)") }
    }
  }

  private static let usualIrregularRate = 20.0

  private let settings: LSLOutletSettings
  private(set) var truth: TruthStream
  private(set) var texts: [(time: HostTime, text: String)] = []
  private(set) var times: [HostTime] = []
  private(set) var nextTime: HostTime?
  private var signal: BrainSignal
  private var random: SeededRandom
  private var row: [Double]
  private var origin = HostTime(nanoseconds: 0)
  private var made = 0

  init(_ settings: LSLOutletSettings) {
    let rate = settings.rate > 0 ? settings.rate : Self.usualIrregularRate
    self.settings = settings
    truth = TruthStream(
      name: "lsl", sampleType: Self.kept(settings.format), channelCount: settings.channelCount)
    signal = BrainSignal(channelCount: settings.channelCount, rate: rate, seed: settings.seed)
    random = SeededRandom(seed: settings.seed &+ 3)
    row = [Double](repeating: 0, count: settings.channelCount)
  }

  private static func kept(_ format: LSLOutletSettings.Format) -> SampleType {
    switch format {
    case .float32: .float32
    case .double64: .float64
    case .int32, .string: .int32
    case .int64: .int64
    case .int16, .int8: .int16
    }
  }

  mutating func start(at now: HostTime) {
    guard nextTime == nil else { return }
    origin = now
    made = 0
    schedule(after: now)
  }

  /// The program behind the outlet ended.
  mutating func stop() { nextTime = nil }

  mutating func jitter(upTo most: Int64) -> Int64 {
    most > 0 ? Int64(random.next() % UInt64(most)) : 0
  }

  /// Makes the row that is due. Its stamp is told only where a push begins.
  mutating func make(stamp: Double) -> Row? {
    guard let due = nextTime else { return nil }
    signal.next(into: &row)
    let femtotesla = row.map { $0 * 1e15 }
    let number = UInt64(times.count)
    let isFirst = made % settings.samplesPerPush == 0
    times.append(due)
    made += 1
    schedule(after: due)
    let text = "event \(number)"
    if settings.format == .string {
      for channel in 0..<settings.channelCount { texts.append((due, "\(text).\(channel)")) }
    } else {
      let wire = LSLWire(format: settings.format, isBig: false)
      for value in femtotesla { truth.rows += wire.kept(value) }
    }
    return Row(
      number: number, seconds: isFirst ? stamp : nil, femtotesla: femtotesla, text: text)
  }

  mutating func withhold(_ number: UInt64) { truth.withheld.append(number) }

  private mutating func schedule(after time: HostTime) {
    if settings.rate > 0 {
      nextTime = origin.advanced(by: Int64((Double(made + 1) / settings.rate * 1e9).rounded()))
    } else {
      let pause = 1e9 / Self.usualIrregularRate * (0.2 + Double(random.next() % 1600) / 1000)
      nextTime = time.advanced(by: Int64(pause))
    }
  }
}
