internal import FluxgateDevice
internal import FluxgateSignal
internal import FluxgateTransport

/// Empties the devices' rings into chunks, one lane after another.
enum ProcessingThread {
  /// Runs until `inputsEnded` is raised and every ring is empty; then closes all chunks and raises
  /// `ended`.
  static func run(lanes: [Lane], inputsEnded: StopFlag, ended: StopFlag) {
    while true {
      let lastTurn = inputsEnded.isRaised
      let now = HostClock.now
      var isIdle = true
      for lane in lanes {
        while lane.step(now: now) { isIdle = false }
        lane.closeOldChunks(now: now)
      }
      if isIdle {
        if lastTurn { break }
        Pause.short()
      }
    }
    for lane in lanes { lane.closeAll() }
    ended.raise()
  }
}
