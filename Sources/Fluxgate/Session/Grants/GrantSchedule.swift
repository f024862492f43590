internal import FluxgateConsent
internal import FluxgateRecording
internal import FluxgateSeal

/// Who may open what is recorded at any instant, by the records that are known: as long as nobody
/// brings others, every grant still begins and ends on its own time.
struct GrantSchedule: Sendable {
  /// Seconds that pass before a grant for data from an instant on gets keys: rows of before are then
  /// sealed, and the whole epoch lies in the grant's window.
  static let settling: Int64 = 5

  var book: ConsentBook { didSet { stretch = nil } }
  /// Seconds of UTC since 1970, by a clock that does not go back; nil where none can be told, and
  /// then nobody has a grant.
  private var now: Int64?
  /// What was found out last.
  private var stretch: Stretch?

  /// Instants between which nothing changes by itself.
  private struct Stretch: Sendable {
    let from: Int64
    let until: Int64?
    let recipients: [Recipient]

    func contains(_ instant: Int64) -> Bool {
      instant >= from && until.map { instant < $0 } ?? true
    }
  }

  init(_ book: ConsentBook, at now: Int64?) {
    self.book = book
    self.now = now
  }

  /// - Parameter time: what the clock says; nil when it says nothing. Two threads may have asked it
  ///   one after the other and come here the other way round.
  mutating func turn(to time: Int64?) {
    now = time.map { max($0, now ?? $0) }
  }

  /// The patient first, then each grant that touches `categories`, in the order of its holders'
  /// fingerprints.
  ///
  /// - Parameter newest: time of the newest row, in nanoseconds since 1970. A row of after a grant's
  ///   end is sealed for the time after it, however late the clock is looked at again.
  mutating func recipients(of categories: Set<UInt16>, at newest: Int64) -> [Recipient] {
    guard let now else { return [Recipient(book.patient)] }
    let current = self.stretch(at: max(now, newest / 1_000_000_000))
    stretch = current
    return current.recipients.compactMap { recipient in
      guard let granted = recipient.categories else { return recipient }
      let touched = granted.intersection(categories)
      return touched.isEmpty
        ? nil : Recipient(recipient.key, categories: touched, grant: recipient.grant)
    }
  }

  private func stretch(at instant: Int64) -> Stretch {
    if let stretch, stretch.contains(instant) { return stretch }
    let settled = book.grants.compactMap { $0.data.from.map { $0 + Self.settling } }
    let changes = [book.nextChange(after: instant), settled.filter { $0 > instant }.min()]
    return Stretch(
      from: instant, until: changes.compactMap { $0 }.min(), recipients: recipients(at: instant))
  }

  private func recipients(at instant: Int64) -> [Recipient] {
    var found: [[UInt8]: Recipient] = [:]
    for grant in book.live(at: instant) where grant.givesKeys && covers(grant.data, instant) {
      let holder = grant.grantee.keyFingerprint
      guard holder != book.patient.keyFingerprint else { continue }
      // What names the capsule: pieces of one grant share it. So does another grant that somebody
      // who passes theirs on has searched an id for; a key that was searched for gets nothing.
      let name = holder.bytes.prefix(8) + grant.id.bytes.prefix(4)
      let known = found[Array(name)]
      guard known == nil || known?.key.keyFingerprint == holder else { continue }
      found[Array(name)] = Recipient(
        known?.key ?? grant.grantee,
        categories: grant.categories.union(known?.categories ?? []),
        grant: known?.grant ?? grant.id.bytes)
    }
    return [Recipient(book.patient)]
      + found.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
  }

  private func covers(_ data: TimeWindow, _ instant: Int64) -> Bool {
    data.contains(instant) && data.from.map { $0 <= instant - Self.settling } ?? true
  }
}
