internal import FluxgateDSP
internal import FluxgateDevice
internal import FluxgateLedger
internal import FluxgateRecording
internal import FluxgateSeal
internal import FluxgateSignal
internal import FluxgateTransport

/// The threads behind the rings: processing, sealing, syncing, and closing with anchoring.
final class Machinery: Sendable {
  let markers: MarkerDesk
  private let works: Works
  private let threads: [WorkerThread]
  private let desk: CosigningDesk?
  private let stamps: StampDesk?

  init(
    _ plan: SessionPlan, devices: [DeviceIntake], started: HostTime, counters: LiveCounters,
    faults: FaultLog, stop: StopFlag
  ) throws(Fault) {
    markers = MarkerDesk(category: plan.devices[0].category)
    let lanes = try LaneList(devices: devices, markers: markers, started: started)
    let finished = AppendLog<UInt32>(capacity: 1 << 16)
    let categories = Set(lanes.datasets.map(\.category))
    let recipients = { [grants = plan.grants, patient = plan.patient] (newest: Int64) in
      grants?.recipients(of: categories, at: newest) ?? [Recipient(patient)]
    }
    let writer = try Self.writer(
      plan, lanes.datasets, started, finished, recipients(started.nanoseconds))
    let works = Works(
      lanes: lanes, counters: counters, faults: faults,
      cursors: CursorTrack(lanes.lanes, devices: devices.map(\.device), cursors: plan.cursors)
    ) { error in
      faults.add(.recording(error, folder: plan.folder))
      stop.raise()
    }
    self.works = works
    works.putDocuments()
    desk = plan.log.flatMap { log in plan.witnesses.map { CosigningDesk(log: log, policy: $0) } }
    stamps = Self.stamps(plan, desk)
    let anchoring = AnchoringThread(
      folder: writer.folder, key: plan.identity.identity, log: plan.log, counters: counters,
      finished: finished, faults: faults, desk: desk, stamps: stamps)
    threads =
      [
        Self.stages(works), Self.seal(works, writer, started, recipients),
        Self.sync(works, writer.sync), Self.anchor(works, anchoring),
      ] + (plan.grants.map { [Self.follow($0, works)] } ?? [])
  }

  var views: [StreamView] { works.lanes.views }

  func refreshMetadata() {
    if works.lanes.labelsHaveGrown() { works.putDocuments() }
  }

  func finish(faults: FaultLog) -> SessionResult {
    markers.finish()
    works.inputsEnded.raise()
    for thread in threads { thread.join() }
    let accounts = works.lanes.accounts(works.results)
    for account in accounts { check(account, faults) }
    desk?.close()
    stamps?.close()
    return SessionResult(
      accounts: accounts, faults: faults.all, cosigning: desk.map { cosigning($0, works.counters) },
      dating: stamps.map { SessionResult.Dating(newest: $0.newest, fault: $0.fault) })
  }

  private static func stamps(_ plan: SessionPlan, _ desk: CosigningDesk?) -> StampDesk? {
    plan.log.flatMap { log in
      plan.stamping.map { StampDesk(log: log, stamping: $0, witnesses: desk) }
    }
  }

  /// What the devices' threads counted and what the recording holds must be the same.
  private func check(_ account: SessionResult.Account, _ faults: FaultLog) {
    guard let lane = works.lanes.lanes.first(where: { $0.raw.stream == account.number }) else {
      return
    }
    let counted = lane.stream.counters.acceptedRows + lane.stream.counters.lostRows
    guard counted != account.received else { return }
    faults.add(
      Fault(
        "R07", "\(account.device).\(account.stream): the accounts differ",
        state: "The recording is closed; \(counted) samples were counted and "
          + "\(account.received) are in it or named in it.",
        remedy: "keep the recording and report this: it is a fault of the program",
        exit: .failed))
  }

  private func cosigning(
    _ desk: CosigningDesk, _ counters: LiveCounters
  ) -> SessionResult.Cosigning {
    SessionResult.Cosigning(
      segments: counters.anchoredSegments, cosigned: counters.cosignedSegments,
      quorum: desk.policy.quorum, witnesses: desk.policy.members.count, troubles: desk.troubles)
  }

  private static func stages(_ works: Works) -> WorkerThread {
    WorkerThread("stages") {
      ProcessingThread.run(
        lanes: works.lanes.lanes, inputsEnded: works.inputsEnded, ended: works.processed)
    }
  }

  private static func seal(
    _ works: Works, _ writer: RecordingWriter, _ started: HostTime,
    _ recipients: @escaping (Int64) -> [Recipient]
  ) -> WorkerThread {
    let handover = Handover(
      SealingThread(
        writer: writer, feeds: works.lanes.feeds(works.cursors), counters: works.counters,
        documents: works.documents, latencies: works.latencies, now: started.nanoseconds,
        recipients: recipients, onFailure: works.fail))
    return WorkerThread("seal") {
      let thread = handover.value
      thread.run(inputsEnded: works.processed) { digests in
        works.results.set(digests: digests)
        return works.lanes.documents(digests: digests)
      }
      works.results.set(counts: thread.counts, unstored: thread.unstored)
      works.sealed.raise()
    }
  }

  private static func sync(_ works: Works, _ sync: RecordingSync) -> WorkerThread {
    WorkerThread("sync") {
      SyncingThread.run(
        sync: sync, counters: works.counters, latencies: works.latencies, ended: works.sealed,
        onSafe: { works.cursors.advance(safe: $0, faults: works.faults) }, onFailure: works.fail)
      // After a failed sync there is still a journal to end, and then segments to close.
      while !works.sealed.isRaised { Pause.long() }
      works.closing.raise()
    }
  }

  private static func anchor(_ works: Works, _ anchoring: AnchoringThread) -> WorkerThread {
    let handover = Handover(anchoring)
    return WorkerThread("anchor") {
      handover.value.run(ended: works.closing)
    }
  }

  /// Grants are followed until the last row is sealed.
  private static func follow(_ grants: GrantDesk, _ works: Works) -> WorkerThread {
    WorkerThread("grants") { grants.follow(until: works.sealed, faults: works.faults) }
  }

  private static func writer(
    _ plan: SessionPlan, _ datasets: [DatasetDescription], _ started: HostTime,
    _ finished: AppendLog<UInt32>, _ recipients: [Recipient]
  ) throws(Fault) -> RecordingWriter {
    do throws(RecordingError) {
      return try RecordingWriter(
        creating: plan.folder, identity: plan.identity, recipients: recipients,
        pairing: plan.pairing, datasets: datasets, limits: plan.limits,
        now: started.nanoseconds
      ) { _ = finished.append($0) }
    } catch {
      throw .recording(error, folder: plan.folder)
    }
  }
}

/// What the threads of one session share, and the flags by which each tells the next that it ended.
struct Works: Sendable {
  let lanes: LaneList
  let counters: LiveCounters
  let faults: FaultLog
  let cursors: CursorTrack
  /// The disk failed: says so and stops the devices.
  let fail: @Sendable (RecordingError) -> Void
  let documents = DocumentBox()
  let latencies = SequenceQueue()
  let results = ResultBox()
  let inputsEnded = StopFlag()
  let processed = StopFlag()
  let sealed = StopFlag()
  let closing = StopFlag()

  init(
    lanes: LaneList, counters: LiveCounters, faults: FaultLog, cursors: CursorTrack,
    fail: @escaping @Sendable (RecordingError) -> Void
  ) {
    self.lanes = lanes
    self.counters = counters
    self.faults = faults
    self.cursors = cursors
    self.fail = fail
  }

  /// Sends the metadata as it is now to the sealing thread. A full box keeps what it has: the last
  /// documents of a recording do not pass through it.
  func putDocuments() {
    for (category, document) in lanes.documents() { _ = documents.put(category, document) }
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
  private(set) var unstored: [UInt32: UInt64] = [:]

  func set(digests: [UInt32: [UInt8]]) { self.digests = digests }
  func set(counts: [UInt32: StreamCounts], unstored: [UInt32: UInt64]) {
    self.counts = counts
    self.unstored = unstored
  }
}
