internal import CLinux
public import FluxgateSignal
internal import Glibc

/// Watches for devices that come and go, on a thread of its own, and wakes those who wait for one.
///
/// It only makes things sooner: a device thread that is not woken tries again by itself.
public final class PlugWatch: Sendable {
  private let board: PlugBoard
  private let thread: WorkerThread

  /// Longest sleep of those who wait, so that an event is noticed at once.
  private static let step = Int64.milliseconds(5)

  /// Returns once the watch hears every event from then on.
  public init() throws(TransportError) {
    let board = try PlugBoard()
    self.board = board
    thread = WorkerThread("plugs") { Self.run(board) }
    while !board.isReady { WorkerThread.sleep(.milliseconds(1)) }
  }

  /// Ends the thread and waits for it.
  public func stop() {
    board.stop()
    thread.join()
  }

  /// False: no udev daemon runs. Then the kernel's own words are heard, which come before a node has
  /// its rights, and `/dev/serial/by-id` has no names.
  public static var isUdevRunning: Bool { UdevMonitor.isUdevRunning }

  /// What came and went, oldest first; the first 4,096 are kept.
  public var events: AppendLog<PlugEvent> { board.events }

  /// How often something has come or gone.
  public var turn: Int { board.turn }

  /// Blocks until something has come or gone since turn `seen`, at most so many nanoseconds.
  public func pause(_ nanoseconds: Int64, after seen: inout Int) {
    let deadline = HostClock.now.advanced(by: nanoseconds)
    while board.turn == seen {
      let left = deadline.since(HostClock.now)
      guard left > 0 else { return }
      WorkerThread.sleep(min(left, Self.step))
    }
    seen = board.turn
  }

  private static func run(_ board: PlugBoard) {
    let monitor = UdevMonitor()
    let arrivals = USBArrivals()
    var asked = [pollfd(fd: board.bell, events: Int16(POLLIN), revents: 0)]
    if let monitor {
      asked.append(pollfd(fd: monitor.descriptor, events: Int16(POLLIN), revents: 0))
    }
    asked += arrivals?.descriptors ?? []
    board.setReady()
    var news = PlugNews()
    while !board.isStopped {
      // SAFETY: the kernel writes into the array's own entries.
      _ = unsafe poll(&asked, nfds_t(asked.count), -1)
      board.add(news.fresh(arrivals?.take() ?? [], from: .libusb))
      board.add(news.fresh(monitor?.takeAll() ?? [], from: .udev))
    }
  }
}
