internal import FluxgateDevice
internal import FluxgateLedger
internal import FluxgateRecording
internal import FluxgateSeal
internal import FluxgateSignal
internal import FluxgateTransport

/// Closes finished segments and anchors them in the gateway's log. HDF5 is called from this thread
/// only.
final class AnchoringThread {
  /// Entries are put into the log when so many wait, or the oldest has waited so long.
  static let batchCount = 16
  static let batchAge = Int64.seconds(10)

  private let closer: SegmentCloser
  private let folder: RecordingFolder
  private let log: EmbeddedLog?
  private let counters: LiveCounters
  private let finished: AppendLog<UInt32>
  private var taken = 0
  private var batcher = EntryBatcher(countMax: batchCount, ageMax: batchAge)
  private var waiting: [ClosedSegment] = []
  private let desk: CosigningDesk?
  private let stamps: StampDesk?
  /// Anchored, and not yet under a checkpoint that enough witnesses have cosigned.
  private var selfAttested: [ClosedSegment] = []
  /// The checkpoint that the proofs were last renewed under.
  private var lastCosigned: String?
  private let faults: FaultLog
  /// The segment whose closing failed last, so that it is told once and tried again quietly.
  private var troubled: UInt32?

  init(
    folder: RecordingFolder, key: SigningKey, log: EmbeddedLog?, counters: LiveCounters,
    finished: AppendLog<UInt32>, faults: FaultLog, desk: CosigningDesk?, stamps: StampDesk?
  ) {
    self.desk = desk
    self.stamps = stamps
    self.faults = faults
    closer = SegmentCloser(folder: folder, key: key)
    self.folder = folder
    self.log = log
    self.counters = counters
    self.finished = finished
  }

  /// Runs until `ended` is raised and everything finished is closed and anchored.
  func run(ended: StopFlag) {
    while true {
      let lastTurn = ended.isRaised
      closeFinished()
      if batcher.isDue(at: HostClock.now.nanoseconds) || lastTurn { anchor() }
      if lastTurn { waitForOthers() }
      cosign()
      if lastTurn { return }
      Pause.long()
    }
  }

  /// Both are asked at once; each wait has its own end.
  private func waitForOthers() {
    stamps?.hurry()
    desk?.waitForLast()
    stamps?.waitForLast()
  }

  private func closeFinished() {
    while taken < finished.count {
      let segment = finished[taken]
      do throws(RecordingError) {
        let closed = try closer.close(segment)
        taken += 1
        counters.noteClosed()
        enter(closed)
      } catch {
        // The next segment's manifest builds on this one: it is tried again first.
        if troubled != segment { faults.add(.recording(error, folder: folder.path)) }
        troubled = segment
        return
      }
    }
  }

  private func enter(_ closed: ClosedSegment) {
    do throws(LedgerError) {
      if try !batcher.add(closed.entry, at: HostClock.now.nanoseconds) {
        anchor()
        // The log does not take entries now: `recover` anchors this segment later.
        guard try batcher.add(closed.entry, at: HostClock.now.nanoseconds) else { return }
      }
      waiting.append(closed)
    } catch {
      faults.add(.ledger(error))
    }
  }

  private func anchor() {
    guard let log, !waiting.isEmpty else { return }
    do throws(LedgerError) {
      let places = try batcher.flush { (entries) throws(LedgerError) in try log.append(entries) }
      let batch = zip(waiting, places ?? [])
      waiting = []
      for (segment, place) in batch { keep(try log.proof(of: place), of: segment) }
    } catch {
      faults.add(.ledger(error))
    }
  }

  /// Renews the proofs that a newly cosigned checkpoint reaches to.
  private func cosign() {
    guard let log, let desk, let note = desk.cosigned, note.text != lastCosigned else { return }
    lastCosigned = note.text
    let cosigning = ProofCosigning(folder: folder, log: log, quorum: desk.policy.trusted)
    do throws(Fault) {
      var rest: [ClosedSegment] = []
      for segment in selfAttested {
        if try cosigning.renew(segment.segment, entry: segment.entry, under: note) {
          counters.noteCosigned()
        } else {
          rest.append(segment)
        }
      }
      selfAttested = rest
    } catch {
      faults.add(error)
    }
  }

  private func keep(_ proof: TlogProof, of segment: ClosedSegment) {
    do throws(Fault) {
      try DurableFile.replace(folder.proof(segment.segment), with: proof.bytes)
      counters.noteAnchored()
      selfAttested.append(segment)
    } catch {
      faults.add(error)
    }
  }
}
