internal import FluxgateConsent
internal import FluxgateRecording
internal import FluxgateSeal

/// Who may open what is recorded now, and who from the next instant at which a grant ends by itself.
struct GrantSchedule: Sendable, Hashable {
  /// Seconds that pass before a grant for data from an instant on gets keys: rows of before are then
  /// sealed, and the whole epoch lies in the grant's window.
  static let settling: Int64 = 5

  private var now: [Recipient]
  /// Seconds of UTC since 1970; nil when nothing ends by itself.
  private var changesAt: Int64?
  private var then: [Recipient]

  /// - Parameter now: seconds of UTC since 1970, by a clock that does not go back.
  init(_ book: ConsentBook, at now: Int64) {
    self.now = Self.recipients(book, at: now)
    changesAt = book.nextChange(after: now)
    then = changesAt.map { Self.recipients(book, at: $0) } ?? self.now
  }

  /// The patient alone: where nothing can be said about grants, nobody has one.
  init(only patient: PatientPublicKey) {
    now = [Recipient(patient)]
    then = now
  }

  /// The patient first, then the grantees whose grants touch `categories`, in the order of their
  /// fingerprints.
  ///
  /// - Parameter newest: time of the newest row, in nanoseconds since 1970. A row of after a grant's
  ///   end is sealed for the time after it, however late this schedule is replaced.
  func recipients(of categories: Set<UInt16>, at newest: Int64) -> [Recipient] {
    let isOver = changesAt.map { newest / 1_000_000_000 >= $0 } ?? false
    return (isOver ? then : now).compactMap { recipient in
      guard let granted = recipient.categories else { return recipient }
      let touched = granted.intersection(categories)
      return touched.isEmpty ? nil : Recipient(recipient.key, categories: touched)
    }
  }

  private static func recipients(_ book: ConsentBook, at now: Int64) -> [Recipient] {
    var granted: [PatientPublicKey: Set<UInt16>] = [:]
    for grant in book.live(at: now) where grant.givesKeys && covers(grant.data, now) {
      guard grant.grantee.keyFingerprint != book.patient.keyFingerprint else { continue }
      granted[grant.grantee, default: []].formUnion(grant.categories)
    }
    // Two records may spell one key with different labels: one capsule holds for both.
    let keys = Dictionary(grouping: granted.keys, by: \.keyFingerprint).values
    let recipients = keys.compactMap { same -> Recipient? in
      guard let key = same.min(by: { $0.name < $1.name }) else { return nil }
      return Recipient(key, categories: same.reduce([]) { $0.union(granted[$1] ?? []) })
    }
    return [Recipient(book.patient)]
      + recipients.sorted {
        $0.key.keyFingerprint.bytes.lexicographicallyPrecedes($1.key.keyFingerprint.bytes)
      }
  }

  private static func covers(_ data: TimeWindow, _ now: Int64) -> Bool {
    data.contains(now) && data.from.map { $0 <= now - settling } ?? true
  }
}
