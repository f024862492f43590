internal import FluxgateSignal

/// Lets a replayed capture pass at a multiple of its own pace, measured from its start.
struct ReplayPace {
  private let start: HostTime
  private let speed: Double
  private let begun = HostClock.now

  init(start: HostTime, speed: Double) {
    self.start = start
    self.speed = speed
  }

  /// Blocks until the capture's `time` has come.
  func wait(until time: HostTime) {
    let target = begun.advanced(by: Int64(Double(time.since(start)) / speed))
    while true {
      let left = target.since(HostClock.now)
      guard left > 0 else { return }
      WorkerThread.sleep(left)
    }
  }
}
