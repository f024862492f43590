internal import Synchronization

/// How many of something each name holds: connections, requests that wait. Any thread.
final class HeldCount: Sendable {
  private let most: Int
  private let counts = Mutex<[String: Int]>([:])

  init(most: Int) { self.most = most }

  /// False when the name holds as many as it may: then nothing is counted.
  func enter(_ name: String) -> Bool {
    counts.withLock { held in
      let count = held[name] ?? 0
      guard count < most else { return false }
      held[name] = count + 1
      return true
    }
  }

  func leave(_ name: String) {
    counts.withLock { held in
      guard let count = held[name] else { return }
      held[name] = count > 1 ? count - 1 : nil
    }
  }
}
