internal import CLinux
internal import Glibc
internal import Synchronization

/// A named thread that runs one body to its end and can be waited for.
///
/// The body runs outside Swift's task pool, so it may block on devices and disks.
public final class WorkerThread: Sendable {
  private let name: String
  private let body: @Sendable () -> Void
  private let ended = Atomic<Bool>(false)

  /// Starts the thread at once.
  public init(_ name: String, _ body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
    var thread = pthread_t()
    // SAFETY: the retained self is taken back by the new thread, exactly once.
    let argument = unsafe Unmanaged.passRetained(self).toOpaque()
    let status = unsafe pthread_create(
      &thread, nil,
      { raw in
        guard let raw = unsafe raw else { return nil }
        unsafe Unmanaged<WorkerThread>.fromOpaque(raw).takeRetainedValue().main()
        return nil
      }, argument)
    precondition(status == 0, "the system gave no thread: \(status)")
    pthread_detach(thread)
  }

  public var hasEnded: Bool { ended.load(ordering: .acquiring) }

  /// Blocks until the body has returned.
  public func join() {
    while !hasEnded { usleep(1000) }
  }

  /// Blocks the calling thread for so many nanoseconds.
  public static func sleep(_ nanoseconds: Int64) {
    usleep(UInt32(max(0, min(nanoseconds / 1000, 999_999))))
  }

  private func main() {
    // SAFETY: the text is read during the call only.
    unsafe fg_name_thread(name)
    body()
    ended.store(true, ordering: .releasing)
  }
}
