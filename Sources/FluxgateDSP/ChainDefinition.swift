/// The stages that make a processed stream from a raw one, as written into a recording.
///
/// A calibration may come first, then any number of filters, then one decimation. Two chains with
/// equal definitions and equal rates give equal bytes.
public struct ChainDefinition: Sendable, Hashable {
  public enum Stage: Sendable, Hashable {
    /// Physical value = code * scale + offset; one number for all channels, or one per channel.
    case calibrate(scale: [Double], offset: [Double])
    /// Notches at `frequency` and its multiples: at most `harmonics`, all below 0.45 of the rate.
    case notch(frequency: Double, q: Double, harmonics: Int)
    /// Butterworth; the order is that of the low-pass prototype. Frequencies in hertz.
    case bandpass(order: Int, low: Double, high: Double)
    case lowpass(order: Int, cutoff: Double)
    case highpass(order: Int, cutoff: Double)
    /// Every `factor`-th sample behind an ``AntiAlias`` low-pass, as integers of one `quantum`
    /// (in physical units).
    case decimate(factor: Int, quantum: Double)
  }

  public var stages: [Stage]

  public init(stages: [Stage]) { self.stages = stages }

  /// The number of input samples per output sample; 1 without a decimation.
  public var factor: Int {
    guard case .decimate(let factor, _)? = stages.last else { return 1 }
    return factor
  }

  /// The physical value of one output step; 1 without a decimation.
  public var quantum: Double {
    guard case .decimate(_, let quantum)? = stages.last else { return 1 }
    return quantum
  }
}
