internal import Glibc

/// A seeded signal in the manner of a resting brain under a MEG helmet. Simulated, of no person.
///
/// Per channel: noise that falls as 1/f, its share of a common 10 Hz rhythm that comes in bursts, of
/// the mains' 50 Hz and of a slow drift. In tesla; a channel's spread is some 300 fT.
struct BrainSignal {
  private struct Share {
    var alpha: Double
    var mains: Double
    var drift: Double
    /// Slow, middle and fast noise, whose sum falls roughly as 1/f.
    var slow = 0.0
    var middle = 0.0
    var fast = 0.0
  }

  private static let femtotesla = 1e-15
  private var random: SeededRandom
  private var shares: [Share] = []
  private var alpha: Phasor
  private var mains: Phasor
  private var drift: Phasor
  private var burst = 0.0
  private var burstAim = 0.0
  private let rate: Double

  init(channelCount: Int, rate: Double, seed: UInt64) {
    random = SeededRandom(seed: seed)
    self.rate = rate
    alpha = Phasor(frequency: 10, rate: rate)
    mains = Phasor(frequency: 50, rate: rate)
    drift = Phasor(frequency: 0.05, rate: rate)
    for _ in 0..<channelCount {
      shares.append(
        Share(
          alpha: 250 * random.gaussian(), mains: 60 * random.gaussian(),
          drift: 400 * random.gaussian()))
    }
  }

  /// The next row, one value for each channel, in tesla.
  mutating func next(into row: inout [Double]) {
    stepBurst()
    let rhythm = alpha.next() * burst
    let hum = mains.next()
    let wander = drift.next()
    for index in shares.indices {
      let noise = noise(of: index)
      let share = shares[index]
      row[index] =
        (noise + share.alpha * rhythm + share.mains * hum + share.drift * wander)
        * Self.femtotesla
    }
  }

  /// The rhythm swells and fades within a quarter of a second, and changes its mind once a second.
  private mutating func stepBurst() {
    if random.next() % UInt64(max(1, Int(rate))) == 0 { burstAim = 1 - burstAim }
    burst += (burstAim - burst) * min(1, 4 / rate)
  }

  private mutating func noise(of index: Int) -> Double {
    let bits = random.next()
    // Four uniform numbers of 16 bits: roughly normal with deviation 1.
    var sum = 0.0
    for part in 0..<4 { sum += Double((bits >> (16 * UInt64(part))) & 0xFFFF) / 65536 }
    let white = (sum - 2) * 1.732
    shares[index].slow += (white * 30 - shares[index].slow) * 0.01
    shares[index].middle += (white * 60 - shares[index].middle) * 0.1
    shares[index].fast = white * 15
    return shares[index].slow + shares[index].middle + shares[index].fast
  }
}

/// A sine by rotation: one multiplication a sample and no trigonometry.
struct Phasor {
  private var x = 1.0
  private var y = 0.0
  private let cosine: Double
  private let sine: Double

  init(frequency: Double, rate: Double) {
    cosine = cos(2 * .pi * frequency / rate)
    sine = sin(2 * .pi * frequency / rate)
  }

  mutating func next() -> Double {
    (x, y) = (x * cosine - y * sine, x * sine + y * cosine)
    // Keeps rounding from letting the circle grow or shrink.
    let correction = 1.5 - 0.5 * (x * x + y * y)
    x *= correction
    y *= correction
    return y
  }
}
