internal import Synchronization

/// Carries a log's heads to its witnesses for as long as it runs, and brings their cosignatures back
/// into the log.
///
/// ```swift
/// let courier = WitnessCourier(log: log, policy: policy, exchange: HTTPExchange(timeout: 5))
/// let task = Task { await courier.run() }
/// ```
///
/// Each witness is asked on its own: one that is slow, dead or lying delays only itself, is asked
/// again after a growing pause, and then gets the longer proof. Appending never waits. Its values may
/// be read from any thread.
public final class WitnessCourier: Sendable {
  /// How often a witness that has nothing to do looks at the log.
  private static let turn = Duration.milliseconds(100)

  public let policy: WitnessPolicy
  private let log: EmbeddedLog
  private let exchange: HTTPExchange
  private let state: Mutex<CourierState>

  public init(log: EmbeddedLog, policy: WitnessPolicy, exchange: HTTPExchange) {
    self.log = log
    self.policy = policy
    self.exchange = exchange
    state = Mutex(CourierState(policy: policy, log: log.verifierKey))
  }

  /// The newest checkpoint that a quorum has cosigned; nil before the first.
  public var cosigned: SignedNote? { state.withLock { $0.best } }

  /// True when nothing more is to be expected soon for the log's last checkpoint.
  public var isSettled: Bool {
    let text = log.checkpoint().text
    return state.withLock { $0.isSettled(text) }
  }

  /// What each witness failed with last; nil for those that have cosigned since.
  public var faults: [(witness: VerifierKey, fault: WitnessFault?)] {
    zip(policy.members, state.withLock { $0.standings }).map { ($0.key, $1.fault) }
  }

  /// Runs until its task is cancelled.
  public func run() async {
    await withDiscardingTaskGroup { group in
      for place in policy.members.indices { group.addTask { await self.serve(place) } }
    }
  }

  private func serve(_ place: Int) async {
    while !Task.isCancelled {
      if let errand = errand(for: place) {
        await run(errand.target, from: errand.from, at: place)
      } else {
        // Fails only when cancelled, which the loop sees.
        try? await Task.sleep(for: Self.turn)
      }
    }
  }

  private func errand(for place: Int) -> (target: CourierState.Target, from: UInt64)? {
    let (checkpoint, note) = log.signedHead
    let now = ContinuousClock.now
    return state.withLock { state in
      state.see(note, checkpoint, at: now)
      return state.errand(for: place, at: now)
    }
  }

  private func run(_ target: CourierState.Target, from size: UInt64, at place: Int) async {
    let member = policy.members[place]
    do throws(WitnessFault) {
      let line = try await WitnessAsk(member: member, exchange: exchange)
        .cosign(target.note, target.checkpoint, from: size, in: log)
      try keep(line, of: member.key, under: target.note.text)
      state.withLock { $0.note(line, by: place, for: target) }
    } catch {
      let now = ContinuousClock.now
      state.withLock { $0.note(error, by: place, for: target, at: now) }
    }
  }

  /// A log that has gone on keeps nothing; proofs of the older head can still use the line.
  private func keep(
    _ line: SignedNote.Signature, of key: VerifierKey, under text: String
  ) throws(WitnessFault) {
    do throws(LedgerError) {
      _ = try log.merge(line, of: key, under: text)
    } catch {
      throw .ledger(error)
    }
  }
}
