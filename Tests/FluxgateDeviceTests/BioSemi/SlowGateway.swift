import FluxgateSignal
import FluxgateSimulation

/// A gateway that needs time: what the device sends meanwhile waits in queues.
final class SlowGateway {
  /// Times after the first read, in nanoseconds, and how long each read takes from there on.
  private var paces: [(after: Int64, perRead: Int64)]
  private var began: HostTime?

  init(_ paces: [(after: Int64, perRead: Int64)]) { self.paces = paces }

  /// Called before each read.
  func work(_ clock: BenchClock) {
    let begin = began ?? clock.now
    began = begin
    guard let pace = paces.last(where: { begin.advanced(by: $0.after) <= clock.now }) else {
      return
    }
    clock.advance(to: clock.now.advanced(by: pace.perRead))
  }
}
