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
/// that is away ends no grant before its time and begins none; where the time itself cannot be told
/// for certain, nobody but the patient gets a key.
public final class GrantDesk: Sendable {
  /// How often the vault is looked at: the delay of a revocation.
  static let pause = Int64.seconds(1)
  /// How long the vault may be away before it is told: a revocation might be waiting there.
  static let patience = Int64.seconds(10)

  private let vault: String
  private let patient: PatientPublicKey
  private let floor: ClockFloor
  private let state: Mutex<State>

  private struct State: Sendable {
    var book: ConsentBook
    var names: [ObjectName] = []
    var schedule: GrantSchedule
  }

  /// Looks once, so that the recipients are known before a recording begins.
  ///
  /// - Parameters:
  ///   - vault: the folder of the patient's vault.
  ///   - floor: the gateway's own.
  public init(vault: String, patient: PatientPublicKey, floor: ClockFloor) {
    self.vault = vault
    self.patient = patient
    self.floor = floor
    let state = State(book: ConsentBook(patient: patient), schedule: GrantSchedule(only: patient))
    self.state = Mutex(state)
    _ = look()
  }

  /// Who may open what is recorded now: the patient first, then grantees with their part of
  /// `categories`.
  ///
  /// - Parameter newest: time of the newest row, in nanoseconds since 1970.
  public func recipients(of categories: Set<UInt16>, at newest: Int64) -> [Recipient] {
    state.withLock { $0.schedule }.recipients(of: categories, at: newest)
  }

  /// Records in the vault that do not count.
  public var refusedCount: Int { state.withLock { $0.book.refused.count } }

  /// Looks at the vault and the clock; gives what stood in the way. Never called by two at once.
  public func look() -> Fault? {
    let now: Int64
    do throws(VaultError) {
      now = try floor.now()
    } catch {
      state.withLock { $0.schedule = GrantSchedule(only: patient) }
      return .noTime(error)
    }
    defer { state.withLock { $0.schedule = GrantSchedule($0.book, at: now) } }
    do throws(VaultError) {
      try read(at: now)
      return nil
    } catch {
      return .consentsAway(error)
    }
  }

  /// Looks until `ended` is raised. What stays in the way is told once.
  func follow(until ended: StopFlag, faults: FaultLog) {
    var since: HostTime?
    var told: String?
    while !ended.isRaised {
      let fault = look()
      since = fault == nil ? nil : since ?? HostClock.now
      let isLong = since.map { HostClock.now.since($0) >= Self.patience } ?? false
      if let fault, isLong, told != fault.code {
        faults.add(fault)
        told = fault.code
      }
      if fault == nil { told = nil }
      Self.wait(ended)
    }
    if let fault = look(), told != fault.code { faults.add(fault) }
  }

  private static func wait(_ ended: StopFlag) {
    let next = HostClock.now.advanced(by: pause)
    while HostClock.now < next, !ended.isRaised { Pause.long() }
  }

  /// Reads the records when there are others than before. Each object stays what it is.
  private func read(at now: Int64) throws(VaultError) {
    let vault = try DirectoryVault(vault)
    let names = try VaultConsents.names(vault)
    if names == state.withLock({ $0.names }) { return }
    let book = try VaultConsents.load(vault, patient: patient, seenAt: now)
    state.withLock {
      $0.book = book
      $0.names = names
    }
  }
}

extension Fault {
  static func consentsAway(_ error: VaultError) -> Fault {
    let cause = Fault.vault(error)
    return Fault(
      "G20", "the patient's consents cannot be read",
      state: "Grants that were known hold until they end. A revocation would not be seen.",
      remedy: cause.remedy, cause: cause.title, exit: .incomplete)
  }

  static func noTime(_ error: VaultError, exit: ExitStatus = .incomplete) -> Fault {
    let cause = Fault.vault(error)
    return Fault(
      "G21", "the gateway cannot keep its clock's floor",
      state: "Recording goes on for the patient alone: no grant is trusted without a clock.",
      remedy: "look at the file `floor` in the gateway's home; never set it back",
      cause: cause.title, exit: exit)
  }
}
