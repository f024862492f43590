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

/// One record whose CRC held, read by the layout of its type and revision.
struct DexcomRecord: ~Escapable {
  static let backfilled: UInt16 = 0x2000

  let type: DexcomRecordType
  let revision: UInt8
  let number: UInt32
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
    DexcomLayout.of(type, revision: revision)?.fields["reading_seconds"]?.value(in: bytes)
  }

  /// Only revision 5 says so of a record of glucose.
  var isBackfilled: Bool {
    guard type == .egv, revision == 5, let word = bytes.u16(at: 8) else { return false }
    return word & Self.backfilled != 0
  }

  /// The row of the type's columns, `missing` where this revision has no such number.
  func row(at moment: DexcomMoment) -> [Int64] {
    let fields = DexcomLayout.of(type, revision: revision)?.fields ?? [:]
    let own = DexcomColumns.own(of: type)
    let read = type == .egv ? glucoseColumns : []
    let rest = own.dropFirst(read.count).map {
      fields[$0.name]?.value(in: bytes) ?? DexcomColumns.missing
    }
    return [Int64(number), systemSeconds, displaySeconds] + read + rest
      + [moment.utc.nanoseconds, moment.method.rawValue]
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
