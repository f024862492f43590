/// Why a stage chain cannot be built. `stage` counts from zero in the order of the definition.
public enum ChainError: Error, Hashable, Sendable {
  /// The text is not a chain; `offset` is the UTF-8 offset of the part that is wrong.
  case syntax(offset: Int)
  /// A calibration that is not first, or a decimation that is missing or not last.
  case misplaced(stage: Int)
  /// Not a positive, finite number of samples a second.
  case rate(Double)
  /// Outside 1...``ChainLimits/channels``.
  case channelCount(Int)
  /// A calibration for another number of channels (one value stands for all).
  case calibrationCount(stage: Int, expected: Int, found: Int)
  /// A number of the stage is not finite, not positive, or outside its limits.
  case parameter(stage: Int, value: Double)
  /// A frequency that this rate cannot carry.
  case frequency(stage: Int, hertz: Double, limit: Double)
  /// More second-order sections than ``ChainLimits/sections``.
  case sectionCount(Int)
}

/// What a chain may be at most.
public enum ChainLimits {
  public static let channels = 4096
  public static let stages = 32
  public static let sections = 256
  public static let order = 12
  public static let harmonics = 64
  public static let factor = 256
  public static let textByteCount = 1 << 20
}
