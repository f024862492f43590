internal import FluxgateDevice
internal import FluxgateRecording
internal import FluxgateSignal
internal import FluxgateTransport

/// Calls `fdatasync` in groups and knows what is safe.
enum SyncingThread {
  /// A row is on the disk within this time of its chunk's end, and a little more.
  static let groupPause = Int64.milliseconds(200)

  /// Runs until `ended` is raised; the last sync is the writer's own `finish`.
  static func run(
    sync: RecordingSync, counters: LiveCounters, latencies: SequenceQueue, ended: StopFlag,
    onSafe: (UInt64) -> Void, onFailure: (RecordingError) -> Void
  ) {
    while true {
      let lastTurn = ended.isRaised
      do throws(RecordingError) {
        let safe = try sync.sync()
        let now = HostClock.now.nanoseconds
        counters.noteSync(at: now)
        latencies.take(upTo: safe) { counters.noteLatency(now - $0.0) }
        onSafe(safe)
      } catch {
        onFailure(error)
        return
      }
      if lastTurn { return }
      WorkerThread.sleep(groupPause)
    }
  }
}
