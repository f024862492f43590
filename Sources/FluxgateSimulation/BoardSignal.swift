/// What a virtual board measures: seeded codes of 24 bits, and how its inputs stand.
struct BoardSignal {
  struct Row {
    var codes: [Int32]
    /// The ADS1299's status word: 1100, lead-off positive, lead-off negative, GPIO.
    var status: Int32
    /// Counts of 0.125 mg; nil where the sensor has no new value.
    var acceleration: [Int16]?
  }

  private static let top: Int32 = 0x7F_FFFF
  /// Codes per tesla of the brain's signal: its some 300 fT become some 900 codes.
  private static let codesPerTesla = 3e15

  private let rate: Double
  private var brain: BrainSignal
  private var random: SeededRandom
  private var field: [Double]
  private var made = 0

  init(model: BoardModel, seed: UInt64) {
    rate = Double(model.framesPerSecond) / Double(model.framesPerRow)
    brain = BrainSignal(channelCount: model.channelCount, rate: rate, seed: seed)
    random = SeededRandom(seed: seed ^ 0xB0A2D)
    field = Array(repeating: 0, count: model.channelCount)
  }

  mutating func next() -> Row {
    defer { made += 1 }
    brain.next(into: &field)
    var codes = field.map { Int32(($0 * Self.codesPerTesla).rounded()) }
    // Offsets of electrodes are far larger than the signal.
    for channel in codes.indices { codes[channel] += Int32(channel) * 140_000 - 400_000 }
    if isWithin(2.0..<2.2) { codes[4] = Self.top }
    if isWithin(3.0..<3.1) { codes[1] = -Self.top - 1 }
    return Row(codes: codes, status: status, acceleration: acceleration())
  }

  /// Input 3 loses its positive electrode; GPIO 1 has a pulse a second.
  private var status: Int32 {
    let leadOff: Int32 = isWithin(1.0..<1.5) ? 1 << 14 : 0
    let pulse: Int32 = made % Int(rate) < Int(rate / 10) ? 1 : 0
    return 0xC0_0000 | leadOff | pulse
  }

  /// Within every ten seconds.
  private func isWithin(_ span: Range<Double>) -> Bool {
    let seconds = Double(made) / rate
    return span.contains(seconds - 10 * (seconds / 10).rounded(.down))
  }

  /// 25 new values a second.
  private mutating func acceleration() -> [Int16]? {
    guard made % max(1, Int(rate / 25)) == 0 else { return nil }
    return [0.03, 0.02, 0.98].map { Int16((($0 + 0.01 * random.gaussian()) / 0.000125).rounded()) }
  }
}
