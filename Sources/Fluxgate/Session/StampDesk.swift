internal import FluxgateLedger
internal import FluxgateSignal
internal import FluxgateTransport

/// Has a log's heads dated by an authority, beside whatever else goes on, until it is closed.
final class StampDesk: Sendable {
  /// How long the end of a recording waits for its date.
  static let lastWait = Int64.seconds(8)

  private let courier: StampCourier
  private let task: Task<Void, Never>

  /// - Parameter witnesses: whose cosigned heads are preferred.
  init(log: EmbeddedLog, stamping: Stamping, witnesses: CosigningDesk?) {
    let courier = StampCourier(log: log, stamping: stamping) { witnesses?.cosigned }
    self.courier = courier
    task = Task { await courier.run() }
  }

  deinit { task.cancel() }

  /// Has the log's last head dated without waiting for the next round.
  func hurry() { courier.hurry() }

  /// Waits until that is done, has failed, or the time is over. For a thread that nothing else waits
  /// for.
  func waitForLast() {
    let end = HostClock.now.advanced(by: Self.lastWait)
    while !courier.isSettled, HostClock.now < end { Pause.long() }
  }

  func close() { task.cancel() }

  var newest: DatedHead? { courier.newest }
  /// Why the last head has no date.
  var fault: Fault? { courier.fault }
}
