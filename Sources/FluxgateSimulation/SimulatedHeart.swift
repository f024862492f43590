internal import FluxgateSignal
internal import Glibc

/// The magnetic field of a beating heart over the chest, in picotesla: seeded, the same everywhere.
///
/// Each beat is a sum of five bell curves (P, Q, R, S, T) after the model of McSharry and others,
/// "A dynamical model for generating synthetic electrocardiogram signals" (IEEE Trans. Biomed. Eng.
/// 50, 2003); the R peak is about 50 pT under the best placed sensor. The length of beats breathes.
struct SimulatedHeart {
  /// Place in the beat as a part of it, height in pT, width as a part of the beat.
  private static let waves: [(place: Double, height: Double, width: Double)] = [
    (0.20, 4, 0.025), (0.365, -6, 0.010), (0.40, 50, 0.011), (0.435, -10, 0.011), (0.70, 12, 0.040),
  ]
  private static let mainsHertz = 50.0
  private static let breathHertz = 0.25

  private let beatHertz: Double
  private let gains: [Double]
  private var noise: SeededRandom

  init(seed: UInt64, channelCount: Int) {
    var random = SeededRandom(seed: seed)
    beatHertz = 1 + 0.2 * Double(random.next() >> 40) / Double(1 << 24)
    // A dipole below the array: the field goes in on one side and comes out on the other.
    gains = (0..<channelCount).map { channel in
      cos(Double.pi * Double(channel) / Double(max(channelCount - 1, 1)))
    }
    noise = random
  }

  /// One value for each channel, `seconds` after the start. Called in the order of time.
  mutating func sample(at seconds: Double) -> [Double] {
    let beat = wave(at: phase(seconds))
    let mains = 2 * sin(2 * Double.pi * Self.mainsHertz * seconds)
    return gains.map { gain in gain * beat + mains + 0.5 * noise.gaussian() }
  }

  private func phase(_ seconds: Double) -> Double {
    let breath = 0.02 * sin(2 * Double.pi * Self.breathHertz * seconds)
    let turns = beatHertz * seconds + breath
    return turns - turns.rounded(.down)
  }

  private func wave(at phase: Double) -> Double {
    Self.waves.reduce(0) { sum, wave in
      let distance = (phase - wave.place) / wave.width
      return sum + wave.height * exp(-distance * distance / 2)
    }
  }
}
