internal import FluxgateDevice
internal import FluxgateRecording
internal import FluxgateSeal
internal import FluxgateSignal
internal import FluxgateTransport
internal import FluxgateVault

/// Pushes closed and anchored segments to the patient's vault while the recording goes on.
///
/// A vault that is slow, full or gone costs no sample: the next try comes ten seconds later, and what
/// is still missing at the end is named.
final class DeliveryThread: Sendable {
  static let pause = Int64.seconds(10)
  private let folder: RecordingFolder
  private let vault: String
  private let patient: PatientPublicKey
  private let counters: LiveCounters
  private let ended = StopFlag()

  init(plan: SessionPlan, vault: String, counters: LiveCounters) {
    folder = RecordingFolder(plan.folder)
    patient = plan.patient
    self.vault = vault
    self.counters = counters
  }

  /// Runs beside the recording until `finish`.
  func start() -> WorkerThread {
    WorkerThread("deliver") {
      var next = HostClock.now
      while !self.ended.isRaised {
        let waiting = self.counters.anchoredSegments > self.counters.deliveredSegments
        if waiting, HostClock.now >= next {
          next = HostClock.now.advanced(by: Self.pause)
          // A failed try is told at the end if the last one fails too; until then
          // "delivered" on the screen stands still.
          _ = self.push()
        }
        Pause.long()
      }
    }
  }

  /// The last push, once everything is closed; its fault if it failed.
  func finish(_ thread: WorkerThread) -> Fault? {
    ended.raise()
    thread.join()
    return push()
  }

  private func push() -> Fault? {
    let anchored = counters.anchoredSegments
    do throws(VaultError) {
      _ = try Push.run(folder, to: try DirectoryVault(vault), patient: patient)
      while counters.deliveredSegments < anchored { counters.noteDelivered() }
      return nil
    } catch {
      return .vault(error)
    }
  }
}
