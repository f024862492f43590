internal import FluxgateConsent
internal import FluxgateDevice
public import FluxgateRecording
public import FluxgateSeal
internal import FluxgateSignal
internal import FluxgateTransport
public import FluxgateVault
internal import Synchronization

/// Follows the patient's consents in the vault and says for whom the next epoch is.
///
/// Looking is for a thread of its own; asking costs a short lock and never waits for a disk. A vault
/// that is away, or does not answer, ends no grant before its time or after it, and begins none but
/// those that were known; where the time itself cannot be told for certain, nobody but the patient
/// gets a key. A record that was seen once counts for good, also when the vault has lost it.
public final class GrantDesk: Sendable {
  /// How often the vault is looked at: the delay of a revocation.
  static let pause = Int64.seconds(1)
  /// How long the vault may be away before it is told: a revocation might be waiting there.
  static let patience = Int64.seconds(10)
  /// How long the end of a recording waits for the last look.
  static let lastWait = Int64.seconds(2)

  private let vault: String
  private let floor: ClockFloor
  private let folder: ConsentFolder
  private let state: Mutex<State>

  private struct State: Sendable {
    var schedule: GrantSchedule
    /// Objects under `consent/` when it was last read, and those of them that count.
    var names: [ObjectName] = []
    var taken: Set<ObjectName> = []
    /// Records that count and are not in the gateway's home yet.
    var unkept: [ConsentFolder.Record] = []
    /// What stood in the way of the last look that ended.
    var fault: Fault?
    /// When the last one ended that nothing stood in the way of.
    var sawAt = HostClock.now
  }

  /// Looks once, so that the recipients are known before a recording begins.
  ///
  /// - Parameters:
  ///   - vault: the folder of the patient's vault.
  ///   - floor: the gateway's own.
  ///   - folder: the patient's in the gateway's home.
  public init(
    vault: String, patient: PatientPublicKey, floor: ClockFloor, keeping folder: ConsentFolder
  ) throws(VaultError) {
    self.vault = vault
    self.floor = floor
    self.folder = folder
    let kept = try folder.records()
    let book = ConsentBook(
      patient: patient, records: kept.map { ($0.consent.bytes, $0.seenAt) })
    if let (index, _) = book.refused.first {
      throw .refused("\(folder.path)/\(kept[index].consent.record.id.text)", .signature)
    }
    state = Mutex(State(schedule: GrantSchedule(book, at: nil)))
    _ = look()
  }

  /// Who may open what is recorded now: the patient first, then grantees with their part of
  /// `categories`, for each grant.
  ///
  /// - Parameter newest: time of the newest row, in nanoseconds since 1970.
  public func recipients(of categories: Set<UInt16>, at newest: Int64) -> [Recipient] {
    state.withLock { $0.schedule.recipients(of: categories, at: newest) }
  }

  /// Records in the vault that do not count.
  public var refusedCount: Int { state.withLock { $0.names.count - $0.taken.count } }

  /// Looks at the clock and the vault; gives what stood in the way. Never called by two at once.
  public func look() -> Fault? {
    let fault = tick() ?? seeing()
    state.withLock {
      $0.fault = fault
      if fault == nil { $0.sawAt = HostClock.now }
    }
    return fault
  }

  /// Looks at the clock alone, which waits for no vault.
  @discardableResult
  func tick() -> Fault? {
    do throws(VaultError) {
      let now = try floor.now()
      state.withLock { $0.schedule.turn(to: now) }
      return nil
    } catch {
      state.withLock { $0.schedule.turn(to: nil) }
      return .noTime(error)
    }
  }

  /// What has stood in the way for too long at this time; also a look that does not end.
  func trouble(at time: HostTime) -> Fault? {
    state.withLock {
      time.since($0.sawAt) < Self.patience ? nil : $0.fault ?? .consentsHang
    }
  }
}

extension GrantDesk {
  /// Looks until `ended` is raised. What stays in the way is told once. The vault has a thread of its
  /// own, which is left behind if it hangs.
  func follow(until ended: StopFlag, faults: FaultLog) {
    let looking = WorkerThread("consents") {
      while !ended.isRaised {
        _ = self.look()
        Self.wait(ended)
      }
      _ = self.look()
    }
    var told: String?
    while !ended.isRaised {
      tick()
      let fault = trouble(at: HostClock.now)
      if let fault, told != fault.code { faults.add(fault) }
      told = fault?.code
      Self.wait(ended)
    }
    if let fault = last(looking), told != fault.code { faults.add(fault) }
  }

  private func last(_ looking: WorkerThread) -> Fault? {
    let limit = HostClock.now.advanced(by: Self.lastWait)
    while !looking.hasEnded, HostClock.now < limit { Pause.long() }
    return looking.hasEnded ? state.withLock { $0.fault } : .consentsHang
  }

  private static func wait(_ ended: StopFlag) {
    let next = HostClock.now.advanced(by: pause)
    while HostClock.now < next, !ended.isRaised { Pause.long() }
  }

  private func seeing() -> Fault? {
    do throws(VaultError) {
      try read()
    } catch {
      return .consentsAway(error)
    }
    do throws(VaultError) {
      try keep()
    } catch {
      return .consentsUnkept(error)
    }
    return nil
  }

  /// Reads the records that are new. Those that were seen before stay what they are, in the vault or
  /// not. They come one by one: an object that is never read to its end holds up those behind it only.
  private func read() throws(VaultError) {
    let vault = try DirectoryVault(vault)
    let names = try VaultConsents.names(vault)
    let (before, taken) = state.withLock { ($0.names, $0.taken) }
    if names == before { return }
    var waiting: [(name: ObjectName, bytes: [UInt8])] = []
    for name in names where !taken.contains(name) {
      waiting.append((name, try VaultConsents.record(name, in: vault)))
      try take(&waiting)
    }
    state.withLock {
      $0.names = names
      $0.taken.formIntersection(names)
    }
  }

  /// Takes what counts, in whichever order it came; leaves what does not, or not yet.
  private func take(
    _ waiting: inout [(name: ObjectName, bytes: [UInt8])]
  ) throws(VaultError) {
    let now = try floor.now()
    var book = state.withLock { $0.schedule.book }
    var taken: [(name: ObjectName, record: ConsentFolder.Record)] = []
    var isMoving = true
    while isMoving {
      let count = waiting.count
      waiting.removeAll { one in
        guard let consent = try? SignedConsent(one.bytes),
          (try? book.add(one.bytes, receivedAt: now)) != nil
        else { return false }
        taken.append((one.name, ConsentFolder.Record(consent, seenAt: now)))
        return true
      }
      isMoving = waiting.count < count
    }
    if taken.isEmpty { return }
    state.withLock {
      $0.schedule.book = book
      $0.taken.formUnion(taken.map(\.name))
      $0.unkept += taken.map(\.record)
    }
  }

  /// Everything that counts counts before it is durable: a revocation must not wait for a disk.
  private func keep() throws(VaultError) {
    for record in state.withLock({ $0.unkept }) {
      try folder.keep(record)
      state.withLock { _ = $0.unkept.removeFirst() }
    }
  }
}
