/// One number of a record: where it stands and how wide it is.
struct DexcomField {
  enum Number { case u8, i8, u16, u24, u32, i32, u32OrNone, f64Bits }

  var offset: Int
  var number: Number

  init(_ offset: Int, _ number: Number) {
    self.offset = offset
    self.number = number
  }

  /// A float64 is given as its bits: a column of int64 keeps it exactly.
  func value(in record: RawSpan) -> Int64? {
    switch number {
    case .u8: record.u8(at: offset).map(Int64.init)
    case .i8: record.u8(at: offset).map { Int64(Int8(bitPattern: $0)) }
    case .u16: record.u16(at: offset).map(Int64.init)
    case .u24: record.u24(at: offset).map(Int64.init)
    case .u32: record.u32(at: offset).map(Int64.init)
    case .i32: record.u32(at: offset).map { Int64(Int32(bitPattern: $0)) }
    case .u32OrNone: record.u32(at: offset).flatMap { $0 == .max ? nil : Int64($0) }
    case .f64Bits: record.u64(at: offset).map(Int64.init(bitPattern:))
    }
  }

  var end: Int {
    switch number {
    case .u8, .i8: offset + 1
    case .u16: offset + 2
    case .u24: offset + 3
    case .u32, .i32, .u32OrNone: offset + 4
    case .f64Bits: offset + 8
    }
  }
}

/// The numbers of one record type in some revisions, by column name, and the record's usual length.
///
/// Layouts as restated from ecc1/dexcom, openaps/dexcom_reader, LoopKit/G4ShareSpy (MIT) and
/// tidepool-org/uploader (BSD-2-Clause). Every record begins with system and display seconds and ends
/// with its CRC.
struct DexcomLayout {
  let revisions: ClosedRange<UInt8>
  let length: Int
  let fields: [String: DexcomField]

  /// Where the CRC may begin at the earliest.
  var fieldsEnd: Int { fields.values.reduce(8) { max($0, $1.end) } }

  static func of(_ type: DexcomRecordType, revision: UInt8) -> DexcomLayout? {
    table[type]?.first { $0.revisions.contains(revision) }
  }

  private static let table = Dictionary(
    uniqueKeysWithValues: DexcomRecordType.allCases.map { ($0, all(of: $0)) })

  private static func all(of type: DexcomRecordType) -> [DexcomLayout] {
    switch type {
    case .manufacturing: [DexcomLayout(revisions: 1...1, length: 500, fields: [:])]
    case .egv: [egv, egvG5, egvTouchscreen]
    case .backfilled: [egvG5, egvTouchscreen]
    case .sensor: [sensor]
    case .calibration: [calibration(1...2, 148), calibration(3...3, 249)]
    case .insertion: [insertion(1...1, 15), insertion(2...2, 25)]
    case .meter: [meter, meterG5]
    case .userEvent: [userEvent]
    case .userSetting: [userSetting]
    }
  }

  private static let egv = DexcomLayout(
    revisions: 1...3, length: 13,
    fields: ["raw_word": DexcomField(8, .u16), "raw_trend": DexcomField(10, .u8)])

  private static let g5Fields: [String: DexcomField] = [
    "raw_word": DexcomField(8, .u16), "reading_seconds": DexcomField(10, .u32),
    "transmitter_seconds": DexcomField(14, .u32), "filtered_rate": DexcomField(18, .i8),
    "raw_trend": DexcomField(19, .u8), "algorithm_state": DexcomField(20, .u8),
  ]

  private static let egvG5 = DexcomLayout(revisions: 4...4, length: 23, fields: g5Fields)

  private static let egvTouchscreen = DexcomLayout(
    revisions: 5...5, length: 25,
    fields: g5Fields.merging(["predicted_word": DexcomField(21, .u16)]) { $1 })

  private static let sensor = DexcomLayout(
    revisions: 1...1, length: 20,
    fields: [
      "unfiltered": DexcomField(8, .u32), "filtered": DexcomField(12, .u32),
      "rssi": DexcomField(16, .i8), "unknown": DexcomField(17, .u8),
    ])

  private static func calibration(
    _ revisions: ClosedRange<UInt8>, _ length: Int
  ) -> DexcomLayout {
    DexcomLayout(
      revisions: revisions, length: length,
      fields: [
        "slope": DexcomField(8, .f64Bits), "intercept": DexcomField(16, .f64Bits),
        "scale": DexcomField(24, .f64Bits), "unknown": DexcomField(32, .u24),
        "decay": DexcomField(35, .f64Bits), "point_count": DexcomField(43, .u8),
      ])
  }

  private static func insertion(_ revisions: ClosedRange<UInt8>, _ length: Int) -> DexcomLayout {
    DexcomLayout(
      revisions: revisions, length: length,
      fields: ["insertion_seconds": DexcomField(8, .u32OrNone), "state": DexcomField(12, .u8)])
  }

  private static let meter = DexcomLayout(
    revisions: 1...2, length: 16,
    fields: ["glucose": DexcomField(8, .u16), "meter_seconds": DexcomField(10, .u32)])

  private static let meterG5 = DexcomLayout(
    revisions: 3...3, length: 21,
    fields: [
      "glucose": DexcomField(8, .u16), "entry_type": DexcomField(10, .u8),
      "meter_seconds": DexcomField(11, .u32), "transmitter_seconds": DexcomField(15, .u32),
    ])

  private static let userEvent = DexcomLayout(
    revisions: 1...1, length: 20,
    fields: [
      "event_type": DexcomField(8, .u8), "subtype": DexcomField(9, .u8),
      "event_seconds": DexcomField(10, .u32), "value": DexcomField(14, .u32),
    ])

  private static let userSetting = DexcomLayout(
    revisions: 3...3, length: 48,
    fields: [
      "system_offset": DexcomField(8, .i32), "display_offset": DexcomField(12, .i32),
      "transmitter_id": DexcomField(16, .u32), "flags": DexcomField(20, .u32),
      "high_alarm": DexcomField(24, .u16), "high_snooze": DexcomField(26, .u16),
      "low_alarm": DexcomField(28, .u16), "low_snooze": DexcomField(30, .u16),
      "rise_rate": DexcomField(32, .u16), "fall_rate": DexcomField(34, .u16),
      "out_of_range_snooze": DexcomField(36, .u16), "language": DexcomField(38, .u16),
      "alarm_profile": DexcomField(40, .u8), "setup_state": DexcomField(41, .u8),
      "unknown": DexcomField(42, .u32),
    ])
}
