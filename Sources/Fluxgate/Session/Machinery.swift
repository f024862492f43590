internal import FluxgateDSP
internal import FluxgateDevice
internal import FluxgateRecording
internal import FluxgateSeal
internal import FluxgateSignal
internal import FluxgateTransport

/// The threads behind the rings: processing, sealing, syncing, and closing with anchoring.
final class Machinery: Sendable {
  let views: [StreamView]
  let markers: MarkerDesk
  private let lanes: LaneList
  private let documents: DocumentBox
  private let processed = StopFlag()
  private let inputsEnded = StopFlag()
  private let sealed = StopFlag()
  private let closing = StopFlag()
  private let threads: [WorkerThread]
  private let results: ResultBox
  private let cursorTrack: CursorTrack

  init(
    _ plan: SessionPlan, devices: [DeviceThread], started: HostTime, counters: LiveCounters,
    faults: FaultLog, stop: StopFlag
  ) throws(Fault) {
    let markers = MarkerDesk(category: plan.devices[0].category)
    let lanes = try LaneList(devices: devices, markers: markers, started: started)
    let documents = DocumentBox()
    let results = ResultBox()
    let finished = AppendLog<UInt32>(capacity: 1 << 16)
    let cursorTrack = CursorTrack(lanes.lanes, devices: devices, cursors: plan.cursors)
    let writer = try Self.writer(plan, lanes.datasets, started, finished)
    self.lanes = lanes
    self.documents = documents
    self.results = results
    self.cursorTrack = cursorTrack
    self.markers = markers
    views = lanes.views
    for (category, document) in lanes.documents() { _ = documents.put(category, document) }

    let latencies = LatencyQueue()
    let fail: @Sendable (RecordingError) -> Void = { error in
      faults.add(.recording(error, folder: plan.folder))
      stop.raise()
    }
    let sealing = Handover(
      SealingThread(
        writer: writer, feeds: lanes.feeds(cursorTrack), counters: counters, documents: documents,
        latencies: latencies, now: started.nanoseconds, onFailure: fail))
    let anchoring = Handover(
      AnchoringThread(
        folder: writer.folder, key: plan.identity.identity, log: plan.log, counters: counters,
        finished: finished))
    let sync = writer.sync
    let (inputsEnded, processed, sealed, closing) = (inputsEnded, processed, sealed, closing)
    threads = [
      WorkerThread("stages") {
        ProcessingThread.run(lanes: lanes.lanes, inputsEnded: inputsEnded, ended: processed)
      },
      WorkerThread("seal") {
        let thread = sealing.value
        thread.run(inputsEnded: processed) { digests in
          results.set(digests: digests)
          for (category, document) in lanes.documents(digests: digests) {
            _ = documents.put(category, document)
          }
        }
        results.set(counts: thread.counts)
        sealed.raise()
      },
      WorkerThread("sync") {
        SyncingThread.run(
          sync: sync, counters: counters, latencies: latencies, ended: sealed,
          onSafe: { cursorTrack.advance(safe: $0, faults: faults) }, onFailure: fail)
        closing.raise()
      },
      WorkerThread("anchor") {
        let thread = anchoring.value
        thread.run(ended: closing)
        for fault in thread.failures { faults.add(fault) }
      },
    ]
  }

  func refreshMetadata() {
    guard lanes.labelsHaveGrown() else { return }
    for (category, document) in lanes.documents() { _ = documents.put(category, document) }
  }

  func finish(faults: FaultLog) -> SessionResult {
    markers.finish()
    inputsEnded.raise()
    for thread in threads { thread.join() }
    return SessionResult(accounts: lanes.accounts(results), faults: faults.all)
  }

  private static func writer(
    _ plan: SessionPlan, _ datasets: [DatasetDescription], _ started: HostTime,
    _ finished: AppendLog<UInt32>
  ) throws(Fault) -> RecordingWriter {
    do throws(RecordingError) {
      return try RecordingWriter(
        creating: plan.folder, identity: plan.identity, recipients: [Recipient(plan.patient)],
        pairing: plan.pairing, datasets: datasets, limits: plan.limits,
        now: started.nanoseconds
      ) { _ = finished.append($0) }
    } catch {
      throw .recording(error, folder: plan.folder)
    }
  }
}

/// Carries a value that belongs to one thread into that thread.
// SAFETY: made by the starting thread, used by the one new thread only.
final class Handover<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}

/// What the sealing thread leaves behind.
// SAFETY: written by the sealing thread, read only after that thread has been joined.
final class ResultBox: @unchecked Sendable {
  private(set) var digests: [UInt32: [UInt8]] = [:]
  private(set) var counts: [UInt32: StreamCounts] = [:]

  func set(digests: [UInt32: [UInt8]]) { self.digests = digests }
  func set(counts: [UInt32: StreamCounts]) { self.counts = counts }
}
