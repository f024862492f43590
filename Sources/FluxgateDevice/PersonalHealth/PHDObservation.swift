internal import FluxgateSignal

/// One observation of one object, gathered value by value.
struct PHDObservation {
  var object: PHDObject
  var person: UInt16?
  var number = PHDNumber.absent
  var status: UInt16?
  var time: PHDTime?

  init(of object: PHDObject, person: UInt16?) {
    self.object = object
    self.person = person
  }

  /// Status bits under which a number is not the patient's: invalid, not available, test, demo.
  private static let disqualifying: UInt16 = 0x8000 | 0x2000 | 0x0800 | 0x0400

  mutating func take(_ attribute: UInt16, _ value: inout PHDReader) {
    switch attribute {
    case PHDAttribute.basicNumber: number = .sfloat(value.u16())
    case PHDAttribute.simpleNumber: number = .float(value.u32())
    case PHDAttribute.numericObserved: takeWholeNumber(&value)
    case PHDAttribute.enumerationCode, PHDAttribute.basicBits: number = .code(Int64(value.u16()))
    case PHDAttribute.simpleBits: number = .code(Int64(value.u32()))
    case PHDAttribute.measurementStatus: status = value.u16()
    case PHDAttribute.absoluteStamp: time = .absolute(&value)
    case PHDAttribute.baseOffsetStamp: time = .baseOffset(&value)
    case PHDAttribute.unit: object.unit = value.u16()
    default: break
    }
    // A value of another length than its kind has is none.
    if !value.isWhole { number = .absent }
  }

  /// Metric, state, unit and FLOAT in one.
  private mutating func takeWholeNumber(_ value: inout PHDReader) {
    object.metric = object.metric & 0xFFFF_0000 | UInt32(value.u16())
    status = value.u16()
    object.unit = value.u16()
    number = .float(value.u32())
  }

  /// The row of ``PHDColumns``.
  func row(record: Int64, report: Int64, _ clock: PHDClock, arrival: HostTime) -> [Int64] {
    let none = PHDColumns.missing
    let (utc, method) = clock.resolve(time, arrival: arrival)
    return [
      record, report, Int64(object.handle), Int64(object.metric), Int64(object.unit),
      number.mantissa, number.exponent, number.state.rawValue, status.map(Int64.init) ?? none,
      person.map(Int64.init) ?? none, glucose(in: PHDMetric.milligramsPerDecilitre),
      glucose(in: PHDMetric.millimolesPerLitre), time?.wallMilliseconds ?? none,
      time?.zoneMinutes ?? none, utc.nanoseconds, method.rawValue,
    ]
  }

  /// Millionths of the unit; missing unless this is glucose, in that unit, and the patient's.
  private func glucose(in unit: UInt16) -> Int64 {
    guard PHDMetric.glucose.contains(object.metric), object.unit == unit,
      (status ?? 0) & Self.disqualifying == 0
    else { return PHDColumns.missing }
    return number.millionths ?? PHDColumns.missing
  }
}

/// The columns of both streams, all int64. ``missing`` stands where an observation has no number.
enum PHDColumns {
  static let missing = Int64.min

  static let channels = [
    column("record_number", "index"), column("report_number", "index"), column("handle", "code"),
    column("metric", "code"), column("unit", "code"), column("mantissa", "code"),
    column("exponent", "code"), column("state", "code"), column("status", "flags"),
    column("person", "code"), glucose("glucose", "mg/dL"), glucose("glucose_molar", "mmol/L"),
    column("wall_ms", "time", "ms"), column("zone_minutes", "time", "min"),
    column("utc_ns", "time", "ns"), column("utc_method", "code"),
  ]

  private static func glucose(_ name: String, _ unit: String) -> Channel {
    Channel(name: name, kind: "glucose", unit: unit, scale: 1e-6)
  }

  private static func column(_ name: String, _ kind: String, _ unit: String = "") -> Channel {
    Channel(name: name, kind: kind, unit: unit)
  }
}
