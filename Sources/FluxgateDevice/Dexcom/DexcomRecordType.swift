internal import FluxgateSignal

/// The kinds of record that are read from a receiver, and the stream that each becomes.
///
/// Raw values are the receiver's own. The manufacturing type names the device and is no stream.
enum DexcomRecordType: UInt8, CaseIterable {
  case manufacturing = 0
  case sensor = 3
  case egv = 4
  case calibration = 5
  case insertion = 7
  case meter = 10
  case userEvent = 11
  case userSetting = 12
  /// Readings that reached a touchscreen receiver late; only these have the type.
  case backfilled = 18

  /// In the order of reading.
  static let streams: [DexcomRecordType] = [
    .egv, .backfilled, .sensor, .calibration, .insertion, .meter, .userEvent, .userSetting,
  ]

  var streamName: String {
    switch self {
    case .manufacturing: "manufacturing"
    case .sensor: "sensor"
    case .egv: "egv"
    case .calibration: "calibration"
    case .insertion: "insertion"
    case .meter: "meter"
    case .userEvent: "user_event"
    case .userSetting: "settings"
    case .backfilled: "egv_backfilled"
    }
  }

  func description(in category: Category) -> StreamDescription {
    StreamDescription(
      name: streamName, kind: .records, category: category, sampleType: .int64,
      channels: DexcomColumns.leading + DexcomColumns.own(of: self) + DexcomColumns.trailing,
      rate: nil)
  }
}

/// The columns of a receiver's streams, all int64. ``missing`` stands where a record has no number.
enum DexcomColumns {
  /// Never a value that a receiver can send: "there is no number here".
  static let missing = Int64.min

  static let leading = [
    column("record_number", "index"), column("system_seconds", "time", "s"),
    column("display_seconds", "time", "s"),
  ]

  /// The resolved moment and how it was resolved (``DexcomTimeMethod``).
  static let trailing = [column("utc_ns", "time", "ns"), column("utc_method", "code")]

  /// Host and device clocks as read together.
  static let clock = [
    column("host_ns", "time", "ns"), column("rtc_seconds", "time", "s"),
    column("system_seconds", "time", "s"), column("system_offset", "time", "s"),
    column("display_offset", "time", "s"), column("utc_offset", "time", "s"),
  ]

  static func own(of type: DexcomRecordType) -> [Channel] {
    switch type {
    case .manufacturing: []
    case .egv, .backfilled: egv
    case .sensor:
      codes("unfiltered", "filtered") + [column("rssi", "rssi", "dBm")] + codes("unknown")
    case .calibration: codes("slope", "intercept", "scale", "unknown", "decay", "point_count")
    case .insertion: [column("insertion_seconds", "time", "s")] + codes("state")
    case .meter:
      [column("glucose", "glucose", "mg/dL")] + codes("entry_type")
        + [column("meter_seconds", "time", "s"), column("transmitter_seconds", "time", "s")]
    case .userEvent:
      codes("event_type", "subtype") + [column("event_seconds", "time", "s")] + codes("value")
    case .userSetting: setting
    }
  }

  private static let egv =
    [column("glucose", "glucose", "mg/dL")]
    + codes("glucose_state", "special_code", "trend", "noise")
    + [column("flags", "flags")] + codes("raw_word", "raw_trend")
    + [column("reading_seconds", "time", "s"), column("transmitter_seconds", "time", "s")]
    + codes("filtered_rate", "algorithm_state", "predicted_word")
    + [column("predicted_glucose", "glucose", "mg/dL")]
    + codes("predicted_state", "urgent_low_soon")

  /// One meter value that a calibration rests on; `record_number` is the calibration's.
  static let calibrationPoints =
    [column("record_number", "index"), column("point", "index")]
    + [column("entered_seconds", "time", "s"), column("glucose", "glucose", "mg/dL")]
    + codes("raw") + [column("applied_seconds", "time", "s")] + codes("unknown") + trailing

  private static let setting =
    [column("system_offset", "time", "s"), column("display_offset", "time", "s")]
    + codes("transmitter_id") + [column("flags", "flags")]
    + codes(
      "high_alarm", "high_snooze", "low_alarm", "low_snooze", "rise_rate", "fall_rate",
      "out_of_range_snooze", "language", "alarm_profile", "setup_state", "unknown")

  private static func codes(_ names: String...) -> [Channel] {
    names.map { column($0, "code") }
  }

  private static func column(_ name: String, _ kind: String, _ unit: String = "") -> Channel {
    Channel(name: name, kind: kind, unit: unit)
  }
}
