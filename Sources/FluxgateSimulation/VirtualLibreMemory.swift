internal import FluxgateSignal
internal import Glibc

/// What a virtual reader has recorded, and its answers to text commands.
struct VirtualLibreMemory {
  private static let none = Int64.min
  /// The wall clock less UTC, in seconds, before the wearer changes it.
  private static let firstOffset: Int64 = 7200
  private static let changeStep: Int64 = 3600

  private struct Made {
    var number: Int
    var utc: Int64
    var stream: Int
    var line: String
    /// Between the leading and the trailing columns.
    var columns: [Int64]
    var wallClock: Int64
  }

  private let settings: VirtualLibreSettings
  private var random: SeededRandom
  private var level = 120.0
  private var made: [Made] = []
  private var readings = 0
  private var offset = VirtualLibreMemory.firstOffset

  init(_ settings: VirtualLibreSettings) {
    self.settings = settings
    random = SeededRandom(seed: settings.seed &+ 21)
  }

  mutating func begin(at now: HostTime) {
    for back in stride(from: settings.historyCount, to: 0, by: -1) {
      makeReading(at: now.advanced(by: -Int64(back) * settings.readingInterval))
    }
  }

  // MARK: - Records

  mutating func makeReading(at time: HostTime) {
    let utc = time.nanoseconds / .seconds(1)
    if readings == settings.clockChangeBefore { changeClock(at: utc) }
    makeHistory(at: utc)
    if readings % 5 == 2, !settings.isPro { makeResult(at: utc + 7) }
    readings += 1
  }

  private mutating func changeClock(at utc: Int64) {
    let old = utc + offset
    offset += Self.changeStep
    let new = utc + offset
    add(2, utc, { id in "\(id),5,\(Self.stamp(new)),0,\(Self.stamp(old))" }, [old])
  }

  private mutating func makeHistory(at utc: Int64) {
    level = min(max(level + random.gaussian() * 8 + (130 - level) * 0.05, 30), 520)
    let special: (glucose: Int64, state: Int64, errors: Int64)? =
      switch readings % 29 {
      case 11: (40, 1, 0)
      case 17: (501, 2, 0)
      case 23: (0, 3, 0x8000)
      default: nil
      }
    let value = special ?? (max(41, min(499, Int64(level))), 0, 0)
    let minutes = Int64(readings) * 15
    let isFirst: Int64 = readings == 0 ? 1 : 0
    let stamp = Self.stamp(utc + offset)
    add(
      0, utc,
      { "\($0),12,\(stamp),1,0,0,0,\(isFirst),\(value.glucose),\(minutes),\(value.errors)" },
      [
        value.state == 0 ? value.glucose : Self.none, value.state, value.glucose, minutes, isFirst,
        value.errors,
      ])
  }

  private mutating func makeResult(at utc: Int64) {
    let kind = Int64(readings / 5 % 3)
    let value: Int64 = kind == 1 ? Int64(random.next() % 150) : Int64(level)
    let rapid: Int64? = readings / 5 % 2 == 0 ? Int64(3 + random.next() % 20) : nil
    let carbs: Int64? = readings / 5 % 4 == 1 ? Int64(random.next() % 90) : nil
    let state: Int64 =
      kind == 1 ? (value > 144 ? 2 : 0) : value <= 40 ? 1 : value >= 500 ? 2 : 0
    let measured = state == 0 ? value : Self.none
    let flags: Int64 = (rapid == nil ? 0 : 4) | (carbs == nil ? 0 : 16) | 1 << 8
    let stamp = Self.stamp(utc + offset)
    let trend = kind == 2 ? Int64(1 + random.next() % 5) : 0
    let fields = [
      stamp, "1", "\(kind)", "0", state == 1 ? "1" : "0", "\(value)", kind == 2 ? "1" : "0",
      "\(trend)", "0,0", rapid == nil ? "0" : "1", "0", "1", "0,0,0", "0", "0",
      carbs == nil ? "0" : "1", "\(carbs ?? 0)", "0", "0",
      "\"before, lunch\",\"\",\"\",\"\",\"\",\"\"",
    ]
    let block = rapid.map { ",7,\(stamp),0,\($0)" } ?? ""
    add(
      1, utc, { "\($0),2,\(fields.joined(separator: ","))\(block)" },
      [
        kind, kind == 1 ? Self.none : measured, kind == 1 ? measured : Self.none, state, value,
        trend, flags, carbs ?? Self.none, rapid ?? Self.none, Self.none, 0,
      ])
  }

  private mutating func add(
    _ stream: Int, _ utc: Int64, _ line: (Int) -> String, _ columns: [Int64]
  ) {
    let number = settings.recordsBefore + made.count
    made.append(
      Made(
        number: number, utc: utc, stream: stream, line: line(number % 65_536), columns: columns,
        wallClock: utc + offset))
  }

  // MARK: - Answers

  /// The message that answers a command; nil for those the reader refuses.
  func message(for command: String, at now: HostTime) -> [UInt8]? {
    let wall = Self.parts(now.nanoseconds / .seconds(1) + offset)
    let (year, month, day) = (wall.year % 100, wall.month, wall.day)
    let text: String? =
      switch command {
      case "$sn?": VirtualLibre.serial
      case "$swver?": "2.1.2"
      case "$dbrnum?": "DB Record Number = \((made.last?.number ?? settings.recordsBefore))"
      case "$uom?": "1"
      case "$date?": "\(month),\(day),\(year)"
      case "$time?": "\(wall.hour),\(wall.minute)"
      case "$rdt?":
        "\(year),\(month),\(day),\(wall.hour),\(wall.minute),\(wall.second),1"
          + (settings.isPro ? "" : ",\(offset)")
      default: nil
      }
    if let text { return Array("\(text)\r\n".utf8) }
    switch command {
    case "$history?": return table { $0.stream == 0 }
    case "$arresult?": return settings.isPro ? nil : table { $0.stream != 0 }
    default: return nil
    }
  }

  private func table(_ isWanted: (Made) -> Bool) -> [UInt8] {
    let lines = made.reversed().filter(isWanted).map { Array("\($0.line)\r\n".utf8) }
    guard !lines.isEmpty else { return Array("Log Empty\r\n".utf8) }
    let body = Array(lines.joined())
    let sum = Self.hex(body.reduce(0) { $0 + Int($1) })
    return body + Array("\(lines.count),\(sum)\r\n".utf8)
  }

  static func hex(_ number: Int) -> String {
    let digits = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
  }

  private static func stamp(_ wallClock: Int64) -> String {
    let wall = parts(wallClock)
    return "\(wall.month),\(wall.day),\(wall.year % 100),\(wall.hour),\(wall.minute),\(wall.second)"
  }

  private static func parts(
    _ seconds: Int64
  ) -> (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
    var time = time_t(seconds)
    var parts = unsafe tm()
    // SAFETY: both live through the call.
    _ = unsafe gmtime_r(&time, &parts)
    return unsafe (
      Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday), Int(parts.tm_hour),
      Int(parts.tm_min), Int(parts.tm_sec)
    )
  }

  // MARK: - Truth

  /// Rows with all of the driver's columns.
  var truth: [TruthStream] {
    let names = ["glucose", "results", "clock_changes"]
    let changeNumber = made.first { $0.stream == 2 }?.number
    return names.indices.map { stream in
      let width = 5 + (made.first { $0.stream == stream }?.columns.count ?? 1)
      var truth = TruthStream(name: names[stream], sampleType: .int64, channelCount: width)
      for record in made where record.stream == stream {
        let method: Int64 = changeNumber.map { record.number < $0 } == true ? 2 : 1
        let row =
          [Int64(record.number), Int64(record.number % 65_536), record.wallClock] + record.columns
          + [record.utc * .seconds(1), method]
        for value in row {
          let bits = UInt64(bitPattern: value)
          for shift in 0..<8 {
            truth.rows.append(UInt8(truncatingIfNeeded: bits >> (UInt64(shift) * 8)))
          }
        }
      }
      return truth
    }
  }
}
