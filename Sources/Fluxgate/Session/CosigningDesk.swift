internal import FluxgateLedger
internal import FluxgateSignal
internal import FluxgateTransport

/// Has a log's heads cosigned by witnesses, beside whatever else goes on, until it is closed.
final class CosigningDesk: Sendable {
  /// Seconds for a witness's answer.
  static let timeout = 5
  /// How long the end of a recording waits for witnesses.
  static let lastWait = Int64.seconds(8)

  let policy: WitnessPolicy
  private let courier: WitnessCourier
  private let task: Task<Void, Never>

  init(log: EmbeddedLog, policy: WitnessPolicy) {
    self.policy = policy
    let courier = WitnessCourier(
      log: log, policy: policy, exchange: HTTPExchange(timeout: Self.timeout))
    self.courier = courier
    task = Task { await courier.run() }
  }

  deinit { task.cancel() }

  /// The newest checkpoint that enough witnesses have cosigned.
  var cosigned: SignedNote? { courier.cosigned }

  /// Waits until enough have cosigned the log's last checkpoint, everyone has been asked, or the
  /// time is over. For a thread that nothing else waits for.
  func waitForLast() {
    let end = HostClock.now.advanced(by: Self.lastWait)
    while !courier.isSettled, HostClock.now < end { Pause.long() }
  }

  func close() { task.cancel() }

  /// What witnesses failed with last, for a person.
  var troubles: [String] {
    courier.faults.compactMap { witness, fault in fault.map { "\(witness.name) \($0.words)" } }
  }
}
