/// One record that a virtual receiver makes: its numbers on the wire and its columns of truth.
struct VirtualDexcomRecord {
  var type: UInt8
  var stream: String
  /// Number and width in bytes, in order behind the two times.
  var fields: [(Int64, Int)]
  var columns: [Int64]
  /// System seconds of the moment that is meant, where it is not when the record was written.
  var resolved: Int64?
  /// Columns of what a calibration rests on.
  var points: [[Int64]] = []
}

/// A made-up body: glucose that wanders, a sensor that follows it, meals, fingersticks, clock changes.
///
/// Seeded; belongs to nobody.
struct VirtualWearer {
  private static let none = Int64.min
  /// Seconds from a reading on the transmitter to its record.
  private static let readingLag: Int64 = 2
  private static let specials: [Int64] = [1, 2, 3, 5, 6, 9, 10, 12]

  private var random: SeededRandom
  private var made = 0
  private var level = 130.0
  private var slope = 0.0
  private var lastGlucose: Int64 = 130
  /// Display clock minus system clock, in seconds.
  private(set) var displayOffset: Int64 = -25_161

  private let model: VirtualDexcomModel

  init(seed: UInt64, model: VirtualDexcomModel) {
    self.model = model
    random = SeededRandom(seed: seed &+ 77)
  }

  mutating func setClock(by seconds: Int64) { displayOffset += seconds }

  /// Everything recorded at one reading, in the order written.
  mutating func reading(system: Int64) -> [VirtualDexcomRecord] {
    defer { made += 1 }
    wander()
    var records: [VirtualDexcomRecord] = []
    if made % 41 == 0 {
      if made > 0 { displayOffset += made % 2 == 0 ? 3600 : -3600 }
      records.append(settings())
    }
    if made % 60 == 0 {
      records.append(insertion(Self.none, state: 1))
      records.append(insertion(system, state: 7))
    }
    records += [sensor(), egv(system: system, isDisplayOnly: false)]
    if model.isTouchscreen { records += backfilled(system: system) }
    if made % 13 == 6 { records += fingerstick(system: system) }
    if made % 10 == 4 { records.append(userEvent(system: system)) }
    return records
  }

  private mutating func wander() {
    slope = slope * 0.8 + random.gaussian() * 2.5 + (150 - level) * 0.01
    level = min(max(level + slope, 22), 430)
  }

  /// Every ninth reading is a code instead of glucose; the edges of both ranges come again and again.
  private mutating func glucoseBits() -> Int64 {
    switch made % 27 {
    case 8, 17, 26: Self.specials[made / 9 % Self.specials.count]
    case 12: 39
    case 13: 40
    case 14: 400
    case 15: 401
    case 16: 19
    default: Int64(level.rounded())
    }
  }

  private mutating func egv(
    type: UInt8 = 4, system: Int64, isDisplayOnly: Bool, lateBy late: Int64 = 0
  ) -> VirtualDexcomRecord {
    let bits = isDisplayOnly ? lastGlucose : glucoseBits()
    lastGlucose = bits
    let isFlagged = late > 0 && type == 4
    let word = bits | (isDisplayOnly ? 0x8000 : 0) | (isFlagged ? 0x2000 : 0)
    let trend = Int64(made % 10)
    let noise = Int64(made % 7)
    let packed = trend | noise << 4 | (made % 5 == 0 ? 0x80 : 0)
    let later = laterFields(reading: system - late - Self.readingLag, packed)
    let state = Self.state(bits)
    return VirtualDexcomRecord(
      type: type, stream: type == 4 ? "egv" : "egv_backfilled", fields: [(word, 2)] + later.fields,
      columns: [
        state == 0 ? bits : Self.none, state, state == 3 ? bits : Self.none, trend, noise,
        word & 0xFC00, word, packed,
      ] + later.columns, resolved: late > 0 ? system - late : nil)
  }

  private static func state(_ bits: Int64) -> Int64 {
    bits < 20 ? 3 : bits < 40 ? 1 : bits > 400 ? 2 : 0
  }

  /// What follows the glucose word, by revision, and the columns from `reading_seconds` on.
  private func laterFields(
    reading: Int64, _ packed: Int64
  ) -> (fields: [(Int64, Int)], columns: [Int64]) {
    let none = Self.none
    guard model.glucose.revision >= 4 else {
      return ([(packed, 1)], [none, none, none, none, none, none, none, none])
    }
    let rate = Int64(made % 9) - 4
    let (transmitter, algorithm) = (reading - 1_000_000, Int64(made % 20))
    let fields: [(Int64, Int)] = [
      (reading, 4), (transmitter, 4), (rate, 1), (packed, 1), (algorithm, 1),
    ]
    let columns = [reading, transmitter, rate, algorithm]
    guard model.isTouchscreen else { return (fields, columns + [none, none, none, none]) }
    let predicted = made % 6 == 0 ? 13 : Int64(30 + made * 7 % 390)
    let word = predicted | (made % 4 == 1 ? 0x8000 : 0)
    let state = Self.state(predicted)
    let isTold = model.predicts && word != 13
    let told = [
      isTold && state == 0 ? predicted : none, isTold ? state : none,
      isTold ? (word & 0x8000) >> 15 : none,
    ]
    return (fields + [(word, 2)], columns + [word] + told)
  }

  /// Readings that came late: as a type of their own, or flagged among the others.
  private mutating func backfilled(system: Int64) -> [VirtualDexcomRecord] {
    switch made % 23 {
    case 9: [egv(type: 18, system: system, isDisplayOnly: false, lateBy: 900)]
    case 14: [egv(system: system, isDisplayOnly: false, lateBy: 600)]
    default: []
    }
  }

  private mutating func sensor() -> VirtualDexcomRecord {
    let unfiltered = Int64(level * 1200 + 30_000 + random.gaussian() * 400)
    let filtered = Int64(level * 1200 + 30_000)
    let rssi = -60 - Int64(random.next() % 40)
    return VirtualDexcomRecord(
      type: 3, stream: "sensor", fields: [(unfiltered, 4), (filtered, 4), (rssi, 1), (0, 1)],
      columns: [unfiltered, filtered, rssi, 0])
  }

  /// A meter value, the calibration made from it, and the reading corrected on the display.
  private mutating func fingerstick(system: Int64) -> [VirtualDexcomRecord] {
    let glucose = Int64(level.rounded())
    let meter = meter(glucose, at: system - 30)
    return [
      meter, calibration(system: system, glucose), egv(system: system, isDisplayOnly: true),
    ]
  }

  private func meter(_ glucose: Int64, at seconds: Int64) -> VirtualDexcomRecord {
    guard !model.isG4 else {
      return VirtualDexcomRecord(
        type: 10, stream: "meter", fields: [(glucose, 2), (seconds, 4)],
        columns: [glucose, Self.none, seconds, Self.none])
    }
    return VirtualDexcomRecord(
      type: 10, stream: "meter", fields: [(glucose, 2), (1, 1), (seconds, 4), (seconds - 9, 4)],
      columns: [glucose, 1, seconds, seconds - 9])
  }

  private mutating func calibration(system: Int64, _ glucose: Int64) -> VirtualDexcomRecord {
    let numbers = [1200 + random.gaussian() * 20, 30_000, 1, 0.5].map {
      Int64(bitPattern: $0.bitPattern)
    }
    let point: [(Int64, Int)] = [
      (system - 30, 4), (glucose, 4), (Int64(level * 1200), 4), (system, 4), (0, 1),
    ]
    let head: [(Int64, Int)] = [
      (numbers[0], 8), (numbers[1], 8), (numbers[2], 8), (0x0603, 3), (numbers[3], 8), (1, 1),
    ]
    let length = model.calibration.length
    let filling = [(Int64, Int)](repeating: (0, 1), count: length - 2 - 44 - 17)
    return VirtualDexcomRecord(
      type: 5, stream: "calibration", fields: head + point + filling,
      columns: [numbers[0], numbers[1], numbers[2], 0x0603, numbers[3], 1],
      points: [point.map(\.0)])
  }

  private func insertion(_ seconds: Int64, state: Int64) -> VirtualDexcomRecord {
    let more: [(Int64, Int)] = model.isG4 ? [] : [(0x0102_0304, 4), (0, 4), (7, 2)]
    return VirtualDexcomRecord(
      type: 7, stream: "insertion",
      fields: [(seconds == Self.none ? -1 : seconds, 4), (state, 1)] + more,
      columns: [seconds, state])
  }

  private mutating func userEvent(system: Int64) -> VirtualDexcomRecord {
    let type = Int64(1 + random.next() % 4)
    let subtype = type > 2 ? Int64(1 + random.next() % 3) : 0
    let value = type == 3 ? 0 : Int64(random.next() % 300)
    let moment = system + displayOffset - 60
    return VirtualDexcomRecord(
      type: 11, stream: "user_event", fields: [(type, 1), (subtype, 1), (moment, 4), (value, 4)],
      columns: [type, subtype, moment, value])
  }

  private func settings() -> VirtualDexcomRecord {
    let numbers: [(Int64, Int)] = [
      (126_467_628, 4), (displayOffset, 4), (0x0061_2345, 4), (0x32, 4), (200, 2), (120, 2),
      (70, 2), (30, 2), (2, 2), (3, 2), (20, 2), (0x0409, 2), (3, 1), (5, 1), (0, 4),
    ]
    let more: [(Int64, Int)] = model.isG4 ? [] : [(0, 4), (0, 8)]
    return VirtualDexcomRecord(
      type: 12, stream: "settings", fields: numbers + more, columns: numbers.map(\.0))
  }
}
