/// What is said to a device before it gives samples, step by step, from a profile's `startup:`.
public struct StartupScript: Sendable, Hashable {
  public var steps: [StartupStep]
  /// What ends a reply; for drivers whose device answers in raw text rather than in lines.
  public var replyEnd: [UInt8]
  /// What leaves the device as it was found, from `farewell:`.
  public var farewell: [UInt8]

  public static let mostSteps = 64

  public init(steps: [StartupStep] = [], replyEnd: [UInt8] = [0x0A], farewell: [UInt8] = []) {
    self.steps = steps
    self.replyEnd = replyEnd
    self.farewell = farewell
  }

  /// The longest time, in nanoseconds, after which the script has ended, well or not.
  public var longest: Int64 { steps.reduce(0) { $0 + $1.longest } }
}

/// One step of a start-up. Times are in nanoseconds.
public enum StartupStep: Sendable, Hashable {
  case send([UInt8])
  case expect(ExpectStep)
  case settle(SettleStep)
  case wait(Int64)

  /// What it means that the awaited does not come; nil for steps that wait for nothing.
  var otherwise: String? {
    switch self {
    case .send, .wait: nil
    case .expect(let step): step.otherwise
    case .settle(let step): step.otherwise
    }
  }

  var longest: Int64 {
    switch self {
    case .send: 0
    case .expect(let step): step.within
    case .settle(let step): step.within
    case .wait(let time): time
    }
  }
}

/// Goes on when a line holds the pattern; its named captures are kept.
public struct ExpectStep: Sendable, Hashable {
  public var pattern: BoundedPattern
  public var within: Int64
  /// A line that ends the start-up.
  public var refuseIf: BoundedPattern?
  /// For the technician: what it means that the line came, or that nothing came in time.
  public var otherwise: String
}

/// Goes on when every value, each the `value` capture of one pattern, has changed by less than `below`
/// a second, `times` times one after another.
public struct SettleStep: Sendable, Hashable {
  public var patterns: [BoundedPattern]
  public var below: Double
  public var times: Int
  public var within: Int64
  public var otherwise: String
}
