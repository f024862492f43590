import Foundation
import Synchronization

/// The keyboard side of a terminal: single keys without Enter, put back as it was at the end.
final class Terminal {
  private var saved: termios?
  /// True while both ends are a terminal that we may move the cursor on.
  private(set) var isInteractive = false

  func begin() {
    guard isatty(STDOUT_FILENO) == 1, isatty(STDIN_FILENO) == 1 else { return }
    var state = termios()
    // SAFETY: the kernel fills one structure.
    guard unsafe tcgetattr(STDIN_FILENO, &state) == 0 else { return }
    saved = state
    state.c_lflag &= ~tcflag_t(ICANON | ECHO)
    unsafe tcsetattr(STDIN_FILENO, TCSANOW, &state)
    isInteractive = true
  }

  func end() {
    guard var state = saved else { return }
    unsafe tcsetattr(STDIN_FILENO, TCSANOW, &state)
    saved = nil
  }

  deinit { end() }

  /// Keys pressed within so many seconds. Without a terminal it only waits.
  func keys(waiting seconds: Double) -> [UInt8] {
    guard isInteractive else {
      Thread.sleep(forTimeInterval: seconds)
      return []
    }
    var asked = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    // SAFETY: one descriptor is told and one given.
    let ready = unsafe poll(&asked, 1, Int32(seconds * 1000))
    guard ready > 0 else { return [] }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = unsafe read(STDIN_FILENO, &bytes, bytes.count)
    if count <= 0 {
      // The terminal is gone: the recording goes on without one.
      isInteractive = false
      return []
    }
    return Array(bytes[..<count])
  }
}

/// Ctrl-C and a service's stop raise it; a lost terminal does not.
final class StopSignals {
  /// A lock-free store is one of the few things that a signal may interrupt anything for.
  private static let raised = Atomic<Bool>(false)

  init() {
    Self.raised.store(false, ordering: .relaxed)
    signal(SIGHUP, SIG_IGN)
    signal(SIGINT) { _ in StopSignals.raised.store(true, ordering: .relaxed) }
    signal(SIGTERM) { _ in StopSignals.raised.store(true, ordering: .relaxed) }
  }

  var isRaised: Bool { Self.raised.load(ordering: .relaxed) }
}
