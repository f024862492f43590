/// One line of a reader's table, by the kinds that are kept.
enum LibreRecord: Equatable {
  case history(LibreReading)
  case result(LibreResult)
  case clockChange(new: Int64, old: Int64)

  /// How a value is to be taken. Raw values are written to recordings: never renumber.
  enum State: Int64 {
    case measured = 0
    case low = 1
    case high = 2
    case invalid = 3
  }
}

struct LibreReading: Equatable {
  var glucose: Int64
  var state: LibreRecord.State
  var sensorMinutes: Int64
  var isFirst: Bool
  var errors: Int64
}

struct LibreResult: Equatable {
  /// 0 strip glucose, 1 strip ketone, 2 sensor scan.
  var kind: Int64
  var value: Int64
  var state: LibreRecord.State
  var trend: Int64
  var flags: Int64
  var carbohydrate: Int64
  var rapidInsulin: Int64
  var longInsulin: Int64
  var errors: Int64
}

/// A record with its 16-bit number and the time on the reader's wall clock, in seconds since 1970 as
/// if that clock showed UTC.
struct LibreLine: Equatable {
  var number: Int
  var wallClock: Int64
  var record: LibreRecord
}

/// Reads lines. Field numbers count from 1, as in the sources of the driver's page.
struct LibreLineReader {
  private static let invalidBit: Int64 = 0x8000
  private static let lowest: Int64 = 40
  private static let highest: Int64 = 500
  /// 8 mmol/L, as the reader stores it.
  private static let highestKetone: Int64 = 8 * 18
  private static let ketone: Int64 = 1

  private let fields: [ArraySlice<UInt8>]

  init(_ line: [UInt8]) { fields = LibreText.fields(line) }

  /// - Returns: nil for a kind of record that is not kept, or a line that is none.
  var line: LibreLine? {
    guard let number = self[1], (0...0xFFFF).contains(number), let type = self[2],
      let wallClock = wallClock(from: 3), let record = record(type)
    else { return nil }
    return LibreLine(number: Int(number), wallClock: wallClock, record: record)
  }

  private func record(_ type: Int64) -> LibreRecord? {
    switch type {
    case 12: reading.map(LibreRecord.history)
    case 2: result.map(LibreRecord.result)
    case 5: clockChange
    default: nil
    }
  }

  private var reading: LibreReading? {
    guard fields.count >= 16, let first = self[13], let glucose = self[14], let minutes = self[15],
      let errors = self[16]
    else { return nil }
    return LibreReading(
      glucose: glucose, state: Self.state(glucose, errors: errors), sensorMinutes: minutes,
      isFirst: first == 1, errors: errors)
  }

  private var result: LibreResult? {
    guard fields.count >= 29, let kind = self[10], let mark = self[12], let value = self[13],
      let trend = self[15], let errors = self[29]
    else { return nil }
    return LibreResult(
      kind: kind, value: value, state: state(value, kind, mark: mark, errors), trend: trend,
      flags: flags,
      carbohydrate: self[26] == 1 ? self[27] ?? LibreStreams.missing : LibreStreams.missing,
      rapidInsulin: rapidInsulin ?? LibreStreams.missing,
      longInsulin: self[19] == 1 ? self[24] ?? LibreStreams.missing : LibreStreams.missing,
      errors: errors)
  }

  /// Bits 0...4: sport, medication, rapid insulin, long insulin, food; from 8 on the comments.
  private var flags: Int64 {
    let marks = [16, 17, 18, 19, 26].enumerated().reduce(Int64(0)) { bits, field in
      bits | (self[field.element] == 1 ? 1 << Int64(field.offset) : 0)
    }
    return marks | ((self[20] ?? 0) & 0x3F) << 8
  }

  private var clockChange: LibreRecord? {
    guard let new = wallClock(from: 3), let old = wallClock(from: 10) else { return nil }
    return .clockChange(new: new, old: old)
  }

  /// Found by what it repeats, not by its place: readers leave out different columns before it.
  private var rapidInsulin: Int64? {
    guard self[18] == 1, fields.count >= 30 + 8 else { return nil }
    let time = (3...8).map { self[$0] }
    for start in 30...fields.count - 8 where self[start] == 7 {
      if (1...6).map({ self[start + $0] }) == time { return self[start + 8] }
    }
    return nil
  }

  private func state(
    _ value: Int64, _ kind: Int64, mark: Int64, _ errors: Int64
  ) -> LibreRecord.State {
    if kind == Self.ketone {
      if mark == 1 || errors & Self.invalidBit != 0 { return .invalid }
      return value > Self.highestKetone ? .high : .measured
    }
    let state = Self.state(value, errors: errors)
    // The mark stands for an error or for LO.
    return mark == 1 && state != .low ? .invalid : state
  }

  private static func state(_ glucose: Int64, errors: Int64) -> LibreRecord.State {
    if errors & invalidBit != 0 { return .invalid }
    if glucose <= lowest { return .low }
    return glucose >= highest ? .high : .measured
  }

  private subscript(_ field: Int) -> Int64? {
    guard field <= fields.count else { return nil }
    return LibreText.number(fields[field - 1]).map(Int64.init)
  }

  /// Month, day, year of two digits, hour, minute, second.
  private func wallClock(from field: Int) -> Int64? {
    let parts = (0..<6).compactMap { self[field + $0] }
    guard parts.count == 6 else { return nil }
    return LibreCalendar.seconds(
      year: 2000 + parts[2], month: parts[0], day: parts[1], hour: parts[3], minute: parts[4],
      second: parts[5])
  }
}
