internal import FluxgateSignal

/// How a device that speaks in lines is read, from a profile's `lines:`.
public struct LineFormat: Sendable, Hashable {
  /// The byte that ends a line; carriage returns before it are not part of it.
  var end: UInt8
  /// In bytes, its end included. What is longer is no line.
  var longest: Int
  /// Bytes that mean nothing wherever they stand.
  var dropped: [UInt8]
  /// Whether the first line after the link opens may have lost its beginning.
  var skipsFirst: Bool
  /// A line that, while samples flow, only a device says that has started anew.
  var restart: BoundedPattern?
  var samples: SampleLineFormat
  var states: [StateLineFormat]
  /// A line of words, in its capture `text`.
  var messages: BoundedPattern?
}

/// The lines that are samples: one line, one row.
struct SampleLineFormat: Sendable, Hashable {
  var stream: String
  /// What they all begin with; a line that begins so and is not sound is a lost sample.
  var mark: UInt8
  var pattern: BoundedPattern
  var sampleType: SampleType
  var columns: [LineColumn]
  var counter: LineCounter?
  var clock: LineClock?

  /// Whether a column says, in bits, which of the others hold a measurement.
  var hasValidity: Bool { columns.contains { $0.isOptional || $0.validity != nil } }

  /// What stands where there is no measurement: the number type's smallest.
  var none: Int64 { sampleType == .int32 ? Int64(Int32.min) : Int64.min }
}

/// One column of a sample row.
struct LineColumn: Sendable, Hashable {
  enum Form: Sendable, Hashable {
    /// A decimal number, kept as a whole number of units of 10^-decimals.
    case number(decimals: Int)
    /// One letter, kept as its ASCII code.
    case letter
  }

  /// A capture beside the value that says whether it is a measurement.
  struct Validity: Sendable, Hashable {
    var group: Int
    var text: [UInt8]
  }

  var group: Int
  var form: Form
  var isOptional: Bool
  var validity: Validity?
  var channel: Channel
}

/// The capture in which the device numbers its samples.
struct LineCounter: Sendable, Hashable {
  var group: Int
  var modulus: UInt64
  var step: UInt64
}

/// The capture in which the device tells its own clock, which falls only where it starts anew.
struct LineClock: Sendable, Hashable {
  var group: Int
  var modulus: UInt64

  /// Whether a clock can have come from `earlier` to `later` without a restart: a step back by more
  /// than half a round is one round forward.
  func runs(from earlier: UInt64, to later: UInt64) -> Bool {
    later >= earlier || earlier - later > modulus / 2
  }
}

/// A line that says how the sensor stands, in its capture `value`.
struct StateLineFormat: Sendable, Hashable {
  var name: String
  var pattern: BoundedPattern
  /// The value that means locked; nil for a state that is no lock.
  var locked: [UInt8]?
  /// What short values mean; empty where the value is a number.
  var words: [String: String]
  var scale: Double
  var offset: Double
  /// Least time between two events of a number, in nanoseconds.
  var every: Int64
}
