public import FluxgateSignal
internal import Glibc

/// The host's monotonic clock, set against UTC once at the start of the program.
///
/// It goes on while the host sleeps (CLOCK_BOOTTIME), so that what a device made meanwhile is missed.
public enum HostClock {
  private static let distance: Int64 = read(CLOCK_REALTIME) - read(CLOCK_BOOTTIME)

  public static var now: HostTime { HostTime(nanoseconds: read(CLOCK_BOOTTIME) + distance) }

  /// How far the wall clock has been stepped since the program started, in nanoseconds.
  public static var wallClockStep: Int64 {
    read(CLOCK_REALTIME) - read(CLOCK_BOOTTIME) - distance
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    // SAFETY: the kernel fills one timespec.
    unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
