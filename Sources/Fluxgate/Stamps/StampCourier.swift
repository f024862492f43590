public import FluxgateLedger
internal import FluxgateSeal
internal import Synchronization

/// Has a log's heads dated for as long as it runs.
///
/// ```swift
/// let courier = StampCourier(log: log, stamping: Stamping(shelf: shelf, authorities: known))
/// let task = Task { await courier.run() }
/// ```
///
/// Appending never waits for it. An authority that is slow or dead costs a date and nothing else: the
/// next stamp dates everything before it. Its values may be read from any thread.
public final class StampCourier: Sendable {
  private static let turn = Duration.milliseconds(100)

  private let log: EmbeddedLog
  private let stamping: Stamping
  private let cosigned: @Sendable () -> SignedNote?
  private let state: Mutex<State>

  private struct State {
    var schedule: StampSchedule
    var newest: DatedHead?
    var fault: Fault?
  }

  /// - Parameter cosigned: the newest head that enough witnesses have cosigned; it is preferred, so
  ///   that one proof can show both.
  public init(
    log: EmbeddedLog, stamping: Stamping, cosigned: @escaping @Sendable () -> SignedNote? = { nil }
  ) {
    self.log = log
    self.stamping = stamping
    self.cosigned = cosigned
    state = Mutex(State(schedule: StampSchedule(interval: stamping.interval)))
  }

  /// The last head that was dated; nil before the first.
  public var newest: DatedHead? { state.withLock { $0.newest } }

  /// Why there was no stamp when one was asked for last; nil when there was.
  public var fault: Fault? { state.withLock { $0.fault } }

  /// Dates the log's head now, because it ends: `isSettled` tells when.
  public func hurry() { state.withLock { $0.schedule.hurry() } }

  /// True when the log's head is dated, or could not be since `hurry`, or there is nothing in it.
  public var isSettled: Bool {
    let (note, size) = (log.checkpoint(), log.head.size)
    return size == 0 || state.withLock { $0.schedule.isSettled(note.text) }
  }

  /// Runs until its task is cancelled.
  public func run() async {
    while !Task.isCancelled {
      await turn()
      // Fails only when cancelled, which the loop sees.
      try? await Task.sleep(for: Self.turn)
    }
  }

  private func turn() async {
    guard let note = due(), let checkpoint = try? Checkpoint(note.text) else { return }
    do throws(Fault) {
      let head = try await stamping.stamp(note, checkpoint)
      state.withLock { state in
        state.schedule.noteStamp(of: note.text, at: .now)
        (state.newest, state.fault) = (head, nil)
      }
    } catch {
      state.withLock { state in
        state.schedule.noteFailure(of: note.text, at: .now)
        state.fault = error
      }
    }
  }

  private func due() -> SignedNote? {
    let head = log.checkpoint()
    guard log.head.size > 0 else { return nil }
    return state.withLock { state in
      let choice = state.schedule.isHurried ? [head] : [cosigned() ?? head, head]
      return choice.first { state.schedule.isDue($0.text, at: .now) }
    }
  }
}
