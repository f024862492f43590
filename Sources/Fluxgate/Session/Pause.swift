internal import FluxgateSignal
internal import FluxgateTransport

/// How long a thread of the session sleeps when there is nothing to do.
enum Pause {
  static func short() { WorkerThread.sleep(.milliseconds(1)) }
  static func long() { WorkerThread.sleep(.milliseconds(50)) }
}
