internal import FluxgateSignal

/// A field in pT that devices of lines report: a triangle of one beat a second under noise.
struct LineSignal {
  private var random: SeededRandom
  private var count = 0

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  mutating func next() -> Double {
    count += 1
    let beat = Double(count % 200)
    let peak = beat < 10 ? beat * 5 : beat < 20 ? (20 - beat) * 5 : 0
    return peak + random.gaussian() * 3
  }

  static func bytes<Number: FixedWidthInteger>(of number: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }
  }
}
