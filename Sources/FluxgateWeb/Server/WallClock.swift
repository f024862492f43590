internal import Glibc

/// What time it is for other parties.
enum WallClock {
  /// UTC since 1970.
  static var seconds: Int64 {
    Int64(time(nil))
  }
}
