internal import FluxgateSignal

/// The streams of a reader: all int64, ``missing`` where a record has no number.
enum LibreStreams: Int, CaseIterable {
  case glucose, results, clockChanges, clock

  /// Never a value that a reader can send: "there is no number here".
  static let missing = Int64.min

  static let records: [LibreStreams] = [.glucose, .results, .clockChanges]

  var name: String {
    switch self {
    case .glucose: "glucose"
    case .results: "results"
    case .clockChanges: "clock_changes"
    case .clock: "clock"
    }
  }

  func description(in category: Category) -> StreamDescription {
    StreamDescription(
      name: name, kind: .records, category: category, sampleType: .int64, channels: channels,
      rate: nil)
  }

  private var channels: [Channel] {
    switch self {
    case .glucose: Self.leading + Self.glucoseColumns + Self.trailing
    case .results: Self.leading + Self.resultColumns + Self.trailing
    case .clockChanges: Self.leading + [Self.column("old_wall_clock", "time", "s")] + Self.trailing
    case .clock:
      [
        Self.column("host_ns", "time", "ns"), Self.column("wall_clock", "time", "s"),
        Self.column("utc_offset", "time", "s"), Self.column("record_count", "index"),
      ]
    }
  }

  private static let leading = [
    column("record_number", "index"), column("record_id", "code"),
    column("wall_clock", "time", "s"),
  ]

  /// The resolved moment and how it was resolved (``LibreTimeMethod``).
  private static let trailing = [column("utc_ns", "time", "ns"), column("utc_method", "code")]

  private static let glucoseColumns = [
    column("glucose", "glucose", "mg/dL"), column("glucose_state", "code"),
    column("raw_glucose", "code"), column("sensor_minutes", "time", "min"),
    column("first_of_sensor", "flags"), column("error_bits", "flags"),
  ]

  private static let resultColumns = [
    column("kind", "code"), column("glucose", "glucose", "mg/dL"),
    Channel(name: "ketone", kind: "ketone", unit: "mmol/L", scale: 1.0 / 18),
    column("value_state", "code"), column("raw_value", "code"), column("trend", "code"),
    column("flags", "flags"), column("carbohydrate", "carbohydrate", "g"),
    Channel(name: "rapid_insulin", kind: "insulin", unit: "U", scale: 0.5),
    Channel(name: "long_insulin", kind: "insulin", unit: "U", scale: 0.5),
    column("error_bits", "flags"),
  ]

  private static func column(_ name: String, _ kind: String, _ unit: String = "") -> Channel {
    Channel(name: name, kind: kind, unit: unit)
  }
}

extension LibreLine {
  var stream: LibreStreams {
    switch record {
    case .history: .glucose
    case .result: .results
    case .clockChange: .clockChanges
    }
  }

  /// The columns between the leading and the trailing ones.
  var columns: [Int64] {
    switch record {
    case .history(let reading):
      [
        reading.state == .measured ? reading.glucose : LibreStreams.missing,
        reading.state.rawValue, reading.glucose, reading.sensorMinutes, reading.isFirst ? 1 : 0,
        reading.errors,
      ]
    case .result(let result):
      [
        result.kind, result.glucose, result.ketone, result.state.rawValue, result.value,
        result.trend, result.flags, result.carbohydrate, result.rapidInsulin, result.longInsulin,
        result.errors,
      ]
    case .clockChange(_, let old): [old]
    }
  }
}

extension LibreResult {
  private static let ketoneKind: Int64 = 1

  var glucose: Int64 {
    state == .measured && (kind == 0 || kind == 2) ? value : LibreStreams.missing
  }

  var ketone: Int64 { state == .measured && kind == Self.ketoneKind ? value : LibreStreams.missing }
}
