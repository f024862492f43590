/// Days of the Gregorian calendar, without time zones.
enum LibreCalendar {
  /// Seconds since 1970 of a wall clock, as if it showed UTC; nil for a date that there is not.
  static func seconds(
    year: Int64, month: Int64, day: Int64, hour: Int64, minute: Int64, second: Int64
  ) -> Int64? {
    guard (2000...2099).contains(year), (1...12).contains(month),
      (1...daysIn(month, year)).contains(day), (0...23).contains(hour), (0...59).contains(minute),
      (0...59).contains(second)
    else { return nil }
    return days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second
  }

  private static func daysIn(_ month: Int64, _ year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970; from 2000 to 2099 every fourth year has a leap day.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let start = 10_957 + (year - 2000) * 365 + (year - 2000 + 3) / 4
    let before = (1..<month).reduce(Int64(0)) { $0 + daysIn($1, year) }
    return start + before + day - 1
  }
}
