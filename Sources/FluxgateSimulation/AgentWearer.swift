/// One made-up glucose value as a virtual agent reports or stores it.
struct AgentReading {
  /// Wall clock in milliseconds, hundredths whole.
  var wall: Int64
  /// The moment in UTC nanoseconds.
  var utc: Int64
  /// SFLOAT and status as on the wire.
  var word: Int64
  var status: Int64
  /// Trend as FLOAT, in the unit a minute.
  var trend: Int64
  /// The same numbers as they must be read: mantissa, exponent, state.
  var truth: (mantissa: Int64, exponent: Int64, state: Int64)
  var trendMantissa: Int64
}

/// A made-up body and its device's marks: seeded, of nobody.
struct AgentWearer {
  private static let marks: [(word: Int64, mantissa: Int64, state: Int64)] = [
    (0x07FE, 2046, 2), (0x07FF, 2047, 3), (0x0800, -2048, 4), (0x0801, -2047, 5),
    (0x0802, -2046, 1),
  ]

  private var random: SeededRandom
  private var made = 0
  private var level = 120.0
  private let isMolar: Bool

  init(seed: UInt64, isMolar: Bool) {
    random = SeededRandom(seed: seed &+ 31)
    self.isMolar = isMolar
  }

  /// Every seventh reading is one of the standard's marks; every eleventh is marked invalid.
  mutating func reading(wall: Int64, utc: Int64) -> AgentReading {
    defer { made += 1 }
    let step = random.gaussian() * 6
    level = min(max(level + step + (130 - level) * 0.02, 45), 380)
    let trend = Int64((step * 10).rounded())
    var word = isMolar ? Int64((level / 1.801_56).rounded()) : Int64(level.rounded())
    var truth = (mantissa: word, exponent: Int64(isMolar ? -1 : 0), state: Int64(0))
    if isMolar { word |= 0xF000 }
    if made % 7 == 5 {
      let mark = Self.marks[made / 7 % Self.marks.count]
      word = mark.word
      truth = (mark.mantissa, 0, mark.state)
    }
    return AgentReading(
      wall: wall, utc: utc, word: word, status: made % 11 == 3 ? 0x8000 : 0,
      trend: 0xFF00_0000 | trend & 0xFF_FFFF, truth: truth, trendMantissa: trend)
  }
}
