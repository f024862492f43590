import Fluxgate
import Foundation
import Synchronization

/// Runs a task to its end from a command, whose thread has nothing else to do meanwhile.
enum AsyncWork {
  static func wait<Value: Sendable>(
    _ work: @escaping @Sendable () async throws(Fault) -> Value
  ) throws(Fault) -> Value {
    let outcome = Outcome<Value>()
    Task {
      do throws(Fault) {
        outcome.end(.success(try await work()))
      } catch {
        outcome.end(.failure(error))
      }
    }
    return try outcome.wait().get()
  }

  private final class Outcome<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, Fault>?>(nil)
    private let ended = DispatchSemaphore(value: 0)

    func end(_ value: Result<Value, Fault>) {
      result.withLock { $0 = value }
      ended.signal()
    }

    func wait() -> Result<Value, Fault> {
      while true {
        ended.wait()
        if let value = result.withLock({ $0 }) { return value }
      }
    }
  }
}
