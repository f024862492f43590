/// SplitMix64, so that every run sees the same samples.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Noise of about one thousand codes on a drift and an offset of about a million.
  mutating func driftingNoise(rows: Int, channels: Int) -> [Int32] {
    var codes: [Int32] = []
    codes.reserveCapacity(rows * channels)
    for row in 0..<rows {
      for channel in 0..<channels {
        let drift = (row * (channel + 1)) % 300_000
        let offset = channel % 2 == 0 ? 900_000 : -700_000
        codes.append(Int32(offset + drift / 2) + Int32.random(in: -1000...1000, using: &self))
      }
    }
    return codes
  }
}

extension [Int32] {
  var littleEndianBytes: [UInt8] { withUnsafeBytes { [UInt8]($0) } }
}
