internal import FluxgateSignal

/// How a record's UTC was found. Raw values are written to recordings: never renumber.
enum LibreTimeMethod: Int64 {
  /// The reader's clock was never set.
  case unknown = 0
  /// The wall clock, shifted by its distance to the host's when both were read.
  case clockPair = 1
  /// The same, through the clock changes recorded since.
  case clockChanges = 2
}

/// From the reader's wall clock, which has no zone and is set by hand, to UTC.
struct LibreClock {
  /// Host's clock less the reader's, in seconds, as both were last read.
  private(set) var offset: Int64?
  /// What the reader says in parts: `$date?` and then `$time?`.
  var date: [Int]?
  /// Steps of the wall clock, by the number of the record that tells of them.
  private var changes: [(number: Int64, step: Int64)] = []

  mutating func observe(wallClock: Int64, at host: HostTime) {
    offset = host.nanoseconds / .seconds(1) - wallClock
  }

  mutating func forget() {
    offset = nil
    date = nil
  }

  /// Those of the table just read; earlier ones are of the same reader and in it again.
  mutating func learn(_ found: [(number: Int64, step: Int64)]) { changes = found }

  func moment(
    _ number: Int64, wallClock: Int64
  ) -> (utc: HostTime, method: LibreTimeMethod)? {
    guard let offset else { return nil }
    let later = changes.filter { $0.number > number }
    let seconds = wallClock &+ later.reduce(offset) { $0 &+ $1.step }
    let utc = HostTime(nanoseconds: seconds &* .seconds(1))
    return (utc, later.isEmpty ? .clockPair : .clockChanges)
  }

  /// `$rdt?`: year, month, day, hour, minute, second, valid; the Pro's ends there.
  static func wallClock(_ numbers: [Int]) -> Int64? {
    guard numbers.count >= 7, numbers[6] == 1 else { return nil }
    return seconds(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
  }

  /// `$date?` and `$time?`: month, day, year; hour, minute. Good to a minute, so its middle is taken.
  static func wallClock(date: [Int], time: [Int]) -> Int64? {
    guard date.count >= 3, time.count >= 2 else { return nil }
    return seconds(date[2], date[0], date[1], time[0], time[1], 30)
  }

  private static func seconds(
    _ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int
  ) -> Int64? {
    LibreCalendar.seconds(
      year: 2000 + Int64(year), month: Int64(month), day: Int64(day), hour: Int64(hour),
      minute: Int64(minute), second: Int64(second))
  }
}
