/// The boards that ``VirtualCyton`` can be: amplifiers of one family of frames.
public enum BoardModel: String, Sendable, CaseIterable {
  case cyton
  case cytonDaisy
  /// A microcontroller that hands on what an ADS1299 clocks out, with a counter and a checksum.
  case adsBoard
  case freeEEG32

  public var channelCount: Int {
    switch self {
    case .cyton, .adsBoard: 8
    case .cytonDaisy: 16
    case .freeEEG32: 32
    }
  }

  public var framesPerSecond: Int64 {
    switch self {
    case .cyton, .cytonDaisy: 250
    case .adsBoard: 500
    case .freeEEG32: 512
    }
  }

  public var framesPerRow: Int { self == .cytonDaisy ? 2 : 1 }

  /// Streams from power-on; the others only between `b` and `s`.
  var runsFreely: Bool { self == .adsBoard || self == .freeEEG32 }

  var counterModulus: Int { self == .adsBoard ? 65_536 : 256 }

  /// Columns of the truth: the ADS board's first one is the chip's status word.
  var columnCount: Int { self == .adsBoard ? 1 + channelCount : channelCount }

  var streamName: String { "eeg" }
}
