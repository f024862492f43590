import Glibc

/// Runs both closures at the same time, each on a thread of its own, and waits for both.
func onTwoThreads(
  _ first: @escaping @Sendable () -> Void, _ second: @escaping @Sendable () -> Void
) {
  let threads = [first, second].map(start)
  for thread in threads { pthread_join(thread, nil) }
}

private final class Work {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func start(_ body: @escaping @Sendable () -> Void) -> pthread_t {
  var thread = pthread_t()
  let work = Unmanaged.passRetained(Work(body)).toOpaque()
  let status = pthread_create(
    &thread, nil,
    { raw in
      if let raw { Unmanaged<Work>.fromOpaque(raw).takeRetainedValue().body() }
      return nil
    }, work)
  precondition(status == 0, "no thread")
  return thread
}
