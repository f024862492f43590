import Fluxgate

@testable import FluxgateWeb

/// Runs a server for as long as `body` runs.
func serving(
  _ run: @escaping @Sendable (@escaping @Sendable (Int) -> Void) async throws(Fault) -> Void,
  _ body: @Sendable (Int) async throws -> Void
) async throws {
  let (ports, port) = AsyncStream.makeStream(of: Int.self)
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask {
      defer { port.finish() }
      try await run { port.yield($0) }
    }
    var iterator = ports.makeAsyncIterator()
    guard let first = await iterator.next() else {
      try await group.waitForAll()
      return
    }
    defer { group.cancelAll() }
    try await body(first)
  }
}
