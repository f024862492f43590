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
  private(set) var failures: [Fault] = []

  init(
    folder: RecordingFolder, key: SigningKey, log: EmbeddedLog?, counters: LiveCounters,
    finished: AppendLog<UInt32>
  ) {
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
      if lastTurn { return }
      Pause.long()
    }
  }

  private func closeFinished() {
    while taken < finished.count {
      let segment = finished[taken]
      taken += 1
      do throws(RecordingError) {
        let closed = try closer.close(segment)
        counters.noteClosed()
        enter(closed)
      } catch {
        failures.append(.recording(error, folder: folder.path))
      }
    }
  }

  private func enter(_ closed: ClosedSegment) {
    do throws(LedgerError) {
      if try !batcher.add(closed.entry, at: HostClock.now.nanoseconds) {
        anchor()
        _ = try batcher.add(closed.entry, at: HostClock.now.nanoseconds)
      }
      waiting.append(closed)
    } catch {
      failures.append(.ledger(error))
    }
  }

  private func anchor() {
    guard let log, !waiting.isEmpty else { return }
    do throws(LedgerError) {
      let places = try batcher.flush { (entries) throws(LedgerError) in try log.append(entries) }
      let proofs = try (places ?? []).map { (place) throws(LedgerError) in try log.proof(of: place)
      }
      for (segment, proof) in zip(waiting, proofs) { keep(proof, of: segment) }
      waiting.removeAll()
    } catch {
      failures.append(.ledger(error))
    }
  }

  private func keep(_ proof: TlogProof, of segment: ClosedSegment) {
    do throws(Fault) {
      try DurableFile.replace(folder.proof(segment.segment), with: proof.bytes)
      counters.noteAnchored()
    } catch {
      failures.append(error)
    }
  }
}
