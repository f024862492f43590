internal import Foundation

/// Work that waits for a disk goes to threads of its own, so that it keeps no other request waiting.
enum BlockingWork {
  private static let queue = DispatchQueue(label: "fluxgate.web.disk", attributes: .concurrent)

  static func run<Result: Sendable>(
    _ work: @escaping @Sendable () -> Result
  ) async -> Result {
    await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: work()) }
    }
  }
}
