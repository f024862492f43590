/// Which head the witnesses are asked for, and who is asked next: all of a courier's decisions.
///
/// One head is kept in view until enough have cosigned it or it has waited long enough; otherwise
/// witnesses of unequal speed would each sign another head of a growing log, and none would ever
/// have a quorum.
struct CourierState {
  /// How long a head is waited for once there is a newer one.
  static let patience = Duration.seconds(15)
  static let pauseMax = Duration.seconds(60)

  /// How one witness stands.
  struct Standing {
    /// The size of the last head that it is known to hold.
    var size: UInt64 = 0
    /// The text of the last head that it cosigned or failed to.
    var tried: String?
    /// The text of the last head that it cosigned.
    var done: String?
    var failures = 0
    var notBefore: ContinuousClock.Instant?
    var fault: WitnessFault?
  }

  /// A head with the cosignatures gathered so far.
  struct Target {
    var note: SignedNote
    let checkpoint: Checkpoint
    let since: ContinuousClock.Instant
  }

  let policy: WitnessPolicy
  let log: VerifierKey
  private(set) var target: Target?
  /// The newest head that a quorum has cosigned.
  private(set) var best: SignedNote?
  private(set) var standings: [Standing]

  init(policy: WitnessPolicy, log: VerifierKey) {
    self.policy = policy
    self.log = log
    standings = policy.members.map { _ in Standing() }
  }

  /// Looks at the log's head; an empty log is nothing to ask about.
  mutating func see(_ note: SignedNote, _ checkpoint: Checkpoint, at now: ContinuousClock.Instant) {
    guard checkpoint.size > 0 else { return }
    if let target {
      guard !target.note.text.isSpelled(like: note.text) else { return }
      let isOld = now - target.since >= Self.patience
      guard isOld || isSettled(target.note.text) else { return }
    }
    target = Target(note: note, checkpoint: checkpoint, since: now)
    for (place, member) in policy.members.enumerated() where note.line(of: member.key) != nil {
      standings[place].done = note.text
      standings[place].tried = note.text
      standings[place].size = max(standings[place].size, checkpoint.size)
    }
    keepIfBest(note)
  }

  /// What to ask a witness for now; nil for nothing.
  func errand(for place: Int, at now: ContinuousClock.Instant) -> (target: Target, from: UInt64)? {
    let standing = standings[place]
    guard let target, standing.done?.isSpelled(like: target.note.text) != true,
      standing.notBefore.map({ now >= $0 }) ?? true
    else { return nil }
    return (target, min(standing.size, target.checkpoint.size))
  }

  mutating func note(_ line: SignedNote.Signature, by place: Int, for asked: Target) {
    let text = asked.note.text
    standings[place] = Standing(size: asked.checkpoint.size, tried: text, done: text)
    if let target, target.note.text.isSpelled(like: text) {
      self.target?.note = target.note.adding(line)
      keepIfBest(target.note.adding(line))
    } else if let best, best.text.isSpelled(like: text) {
      self.best = best.adding(line)
    }
  }

  mutating func note(
    _ fault: WitnessFault, by place: Int, for asked: Target, at now: ContinuousClock.Instant
  ) {
    standings[place].tried = asked.note.text
    standings[place].fault = fault
    standings[place].failures += 1
    let pause = Duration.seconds(1) * (1 << min(standings[place].failures - 1, 6))
    standings[place].notBefore = now + min(pause, Self.pauseMax)
  }

  /// Whether nothing more is to be expected soon for the head with this text: a quorum has cosigned
  /// it, or everyone has been asked.
  func isSettled(_ text: String) -> Bool {
    if let best, best.text.isSpelled(like: text) { return true }
    return standings.allSatisfy { $0.tried?.isSpelled(like: text) == true }
  }

  private func hasQuorum(_ note: SignedNote) -> Bool { policy.trusted.isMet(by: note, log: log) }

  private mutating func keepIfBest(_ note: SignedNote) { if hasQuorum(note) { best = note } }
}
