/// What a virtual Lab Streaming Layer outlet offers.
public struct LSLOutletSettings: Sendable {
  public enum Format: String, Sendable, CaseIterable {
    case float32, double64, string, int32, int16, int8, int64

    var wireSize: Int {
      switch self {
      case .string: 0
      case .int8: 1
      case .int16: 2
      case .float32, .int32: 4
      case .double64, .int64: 8
      }
    }
  }

  public var name = "SimOPM"
  public var type = "MEG"
  public var sourceID = "sim-opm-7"
  public var format = Format.float32
  public var channelCount = 8
  /// Samples a second; 0 for some twenty that come when they come.
  public var rate = 1000.0
  /// The first sample of a push carries the time; that of the others follows from it.
  public var samplesPerPush = 1
  /// Samples kept for a receiver that does not read; the oldest are dropped beyond it.
  public var bufferedSamples = 36_000
  public var isBigEndian = false
  /// How much faster the sender's clock runs than the host's, in millionths.
  public var clockErrorPartsPerMillion = 20.0
  /// Steps of the sender's clock: when, and by how much, in nanoseconds.
  public var clockSteps: [(after: Int64, by: Int64)] = []
  /// How late stamps are at most, at random, in nanoseconds.
  public var stampJitter: Int64 = 0
  public var answersTimeQuestions = true
  public var seed: UInt64 = 1
  public var faults: [InjectedFault] = []

  public init() {}
}
