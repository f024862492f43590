/// The columns of an events stream: every event is one row of int64, on the stream's own clock.
///
/// Text does not fit a row. It stands once in the label table of the category's sealed metadata and
/// is named here by its number.
public enum EventColumn: Int, CaseIterable, Sendable {
  /// Nanoseconds since 1970 (``HostTime``).
  case time = 0
  /// Sample number in the device's first raw stream, or -1.
  case sample
  /// Length in samples of that stream; 0 for a moment.
  case duration
  /// ``EventKind``.
  case kind
  /// Label number of the event's type.
  case label
  /// ``EventValue`` tag: how to read the next column.
  case valueTag
  /// Integer, bits of a float64, or label number.
  case value

  public static let channels: [Channel] = [
    Channel(name: "time", kind: "time", unit: "ns"),
    Channel(name: "sample", kind: "index", unit: ""),
    Channel(name: "duration", kind: "index", unit: ""),
    Channel(name: "kind", kind: "code", unit: ""),
    Channel(name: "label", kind: "label", unit: ""),
    Channel(name: "valueTag", kind: "code", unit: ""),
    Channel(name: "value", kind: "code", unit: ""),
  ]
}

public enum EventKind: Int64, Sendable {
  case trigger = 1
  case marker = 2
  case sensorState = 3
  case deviceMessage = 4
  case link = 5
}

/// An event's value as its source gave it.
public enum EventValue: Sendable, Hashable {
  case none
  case integer(Int64)
  case float(Double)
  case text(String)
}

/// One event before its texts are numbered.
public struct Event: Sendable, Hashable {
  public var time: HostTime
  public var sample: Int64
  public var duration: Int64
  public var kind: EventKind
  public var label: String
  public var value: EventValue

  public init(
    time: HostTime, sample: Int64 = -1, duration: Int64 = 0, kind: EventKind, label: String,
    value: EventValue = .none
  ) {
    self.time = time
    self.sample = sample
    self.duration = duration
    self.kind = kind
    self.label = label
    self.value = value
  }

  /// The row of ``EventColumn`` for this event; `number` gives a text's place in the label table.
  public func row(numbering number: (String) -> Int64) -> [Int64] {
    let (tag, bits): (Int64, Int64) =
      switch value {
      case .none: (0, 0)
      case .integer(let integer): (1, integer)
      case .float(let float): (2, Int64(bitPattern: float.bitPattern))
      case .text(let text): (3, number(text))
      }
    return [time.nanoseconds, sample, duration, kind.rawValue, number(label), tag, bits]
  }
}
