internal import FluxgateSignal

/// What a glucose word says: a number only when the receiver would show one.
///
/// Values below 20 are codes for "no glucose"; 20...39 is shown as LOW and above 400 as HIGH.
struct DexcomGlucose: Equatable {
  /// Codes of the column `glucose_state`: never renumber.
  enum State: Int64 { case value = 0, belowRange = 1, aboveRange = 2, special = 3 }

  var word: UInt16

  var state: State {
    switch bits {
    case ..<20: .special
    case ..<40: .belowRange
    case 401...: .aboveRange
    default: .value
    }
  }

  /// mg/dL; missing unless the state is `value`.
  var glucose: Int64 { state == .value ? bits : DexcomColumns.missing }
  var specialCode: Int64 { state == .special ? bits : DexcomColumns.missing }
  /// Bit 15 display-only, bit 14 computed on the transmitter, bit 13 backfilled, as on the wire.
  var flags: Int64 { Int64(word & 0xFC00) }

  private var bits: Int64 { Int64(word & 0x03FF) }
}

/// What a receiver expects glucose to be in twenty minutes, where its revision and product say so.
struct DexcomPrediction: Equatable {
  /// Set by touchscreen receivers that cannot tell.
  private static let unavailable: UInt16 = 13
  private static let lowSoon: UInt16 = 0x8000

  /// Nil where there is no prediction.
  var word: UInt16?

  /// Columns `predicted_glucose`, `predicted_state` and `urgent_low_soon`.
  var columns: [Int64] {
    guard let word, word != Self.unavailable else {
      return [DexcomColumns.missing, DexcomColumns.missing, DexcomColumns.missing]
    }
    let glucose = DexcomGlucose(word: word)
    return [glucose.glucose, glucose.state.rawValue, word & Self.lowSoon != 0 ? 1 : 0]
  }
}

/// One record whose CRC held, read by the layout of its type and revision.
struct DexcomRecord: ~Escapable {
  static let backfilled: UInt16 = 0x2000

  let type: DexcomRecordType
  let revision: UInt8
  let number: UInt32
  /// False for the one product whose predicted word means something else.
  var predicts = true
  private let bytes: RawSpan

  @_lifetime(copy bytes)
  init(type: DexcomRecordType, revision: UInt8, number: UInt32, bytes: RawSpan) {
    self.type = type
    self.revision = revision
    self.number = number
    self.bytes = bytes
  }

  var systemSeconds: Int64 { bytes.u32(at: 0).map(Int64.init) ?? DexcomColumns.missing }
  var displaySeconds: Int64 { bytes.u32(at: 4).map(Int64.init) ?? DexcomColumns.missing }

  /// System seconds of the reading itself, where the revision has them.
  var readingSeconds: Int64? {
    number("reading_seconds")
  }

  /// All of their own type are; among the others only revision 5 says so.
  var isBackfilled: Bool {
    if type == .backfilled { return true }
    guard type == .egv, revision == 5, let word = bytes.u16(at: 8) else { return false }
    return word & Self.backfilled != 0
  }

  /// The row of the type's columns, `missing` where this revision has no such number.
  func row(at moment: DexcomMoment) -> [Int64] {
    let fields = DexcomLayout.of(type, revision: revision)?.fields ?? [:]
    let own = DexcomColumns.own(of: type)
    let isGlucose = type == .egv || type == .backfilled
    let read = isGlucose ? glucoseColumns : []
    let predicted = isGlucose ? prediction(fields).columns : []
    let rest = own.dropFirst(read.count).dropLast(predicted.count).map {
      fields[$0.name]?.value(in: bytes) ?? DexcomColumns.missing
    }
    return [Int64(number), systemSeconds, displaySeconds] + read + rest + predicted
      + [moment.utc.nanoseconds, moment.method.rawValue]
  }

  private func prediction(_ fields: [String: DexcomField]) -> DexcomPrediction {
    let word = predicts ? fields["predicted_word"]?.value(in: bytes) : nil
    return DexcomPrediction(word: word.map { UInt16(truncatingIfNeeded: $0) })
  }

  /// A number of the layout by its name; nil where this revision has none.
  func number(_ name: String) -> Int64? {
    DexcomLayout.of(type, revision: revision)?.fields[name]?.value(in: bytes)
  }

  /// What a calibration rests on, up to the end of the record: time entered, meter value, raw value,
  /// time applied, one byte of unknown meaning.
  func calibrationPoint(_ index: Int) -> [Int64]? {
    let start = 44 + index * 17
    guard type == .calibration, start + 17 + 2 <= bytes.byteCount else { return nil }
    let fields = [
      DexcomField(start, .u32), DexcomField(start + 4, .i32), DexcomField(start + 8, .i32),
      DexcomField(start + 12, .u32), DexcomField(start + 16, .u8),
    ]
    return fields.map { $0.value(in: bytes) ?? DexcomColumns.missing }
  }

  /// The columns of `egv` that are parts of two packed numbers.
  private var glucoseColumns: [Int64] {
    let fields = DexcomLayout.of(type, revision: revision)?.fields ?? [:]
    let word = fields["raw_word"]?.value(in: bytes) ?? 0
    let trend = fields["raw_trend"]?.value(in: bytes) ?? 0
    let glucose = DexcomGlucose(word: UInt16(truncatingIfNeeded: word))
    return [
      glucose.glucose, glucose.state.rawValue, glucose.specialCode, trend & 0x0F,
      trend >> 4 & 0x07, glucose.flags,
    ]
  }
}
