internal import Glibc
internal import Synchronization

/// The time by which grants are judged: it never goes back, not even over a restart.
///
/// It is the later of the wall clock and the last time that was told plus what passed since on a
/// clock that counts while the machine sleeps. A wall clock that is set back revives nothing; one
/// that is set ahead ends grants early, and they stay ended. Any thread may ask.
public final class ClockFloor: Sendable {
  /// Nanoseconds, of UTC since 1970 and of a clock that nobody sets.
  struct Clocks: Sendable {
    let wall: @Sendable () -> Int64
    let steady: @Sendable () -> Int64

    static let system = Clocks(
      wall: { read(CLOCK_REALTIME) }, steady: { read(CLOCK_BOOTTIME) })

    private static func read(_ clock: clockid_t) -> Int64 {
      var time = timespec()
      // SAFETY: the kernel fills the struct; both clocks exist on every Linux.
      unsafe clock_gettime(clock, &time)
      return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
  }

  private struct State {
    /// What the time was when the steady clock stood at `mark`; both in nanoseconds.
    var time: Int64
    var mark: Int64
    /// Seconds in the file.
    var written: Int64
  }

  private static let second: Int64 = 1_000_000_000
  private let file: FloorFile
  private let clocks: Clocks
  private let state: Mutex<State>

  /// - Parameter path: the floor's file, in a folder that exists. None means that no time was told.
  public convenience init(path: String) throws(VaultError) {
    try self.init(path: path, clocks: .system)
  }

  init(path: String, clocks: Clocks) throws(VaultError) {
    file = FloorFile(path: path)
    self.clocks = clocks
    let written = try file.read() ?? 0
    state = Mutex(
      State(time: written * Self.second, mark: clocks.steady(), written: written))
  }

  /// Seconds of UTC since 1970, on the disk before they are returned.
  ///
  /// Throws when they cannot be made durable: nothing may be permitted then.
  public func now() throws(VaultError) -> Int64 {
    try state.withLock { (state) throws(VaultError) in
      let steady = clocks.steady()
      state.time = max(clocks.wall(), state.time + max(0, steady - state.mark))
      state.mark = steady
      if state.time / Self.second > state.written { try write(&state) }
      return state.written
    }
  }

  private func write(_ state: inout State) throws(VaultError) {
    state.written = try file.raise(to: state.time / Self.second)
    // Another process of this home may have told a later time.
    state.time = max(state.time, state.written * Self.second)
  }
}
