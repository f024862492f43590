internal import FluxgateConsent
internal import FluxgateSeal

/// How a request stands to the patient's consents at one instant.
enum ReleaseRuling: Hashable, Sendable {
  /// The patient needs no grant.
  case patient
  /// Each permits the whole request; one at least.
  case grants([DecidingGrant])
  case refused(ConsentRefusal)

  init(_ request: ReleaseRequest, by reader: KeyFingerprint, _ book: ConsentBook, at now: Int64) {
    if reader == book.patient.keyFingerprint {
      self = .patient
      return
    }
    let asked = request.asked(by: reader)
    if case .deny(let reason) = book.decide(asked, at: now) {
      self = .refused(reason)
      return
    }
    let grants = book.explain(asked, at: now).filter { $0.1.isEmpty }
      .compactMap { DecidingGrant($0.0, for: asked, book, at: now) }
    // Who may only compute, or only pass on what others have, gets no keys and nothing to read.
    self = grants.isEmpty ? .refused(.action) : .grants(grants)
  }
}

/// A grant that permits a request, as far as it serves that request and gives keys.
struct DecidingGrant: Hashable, Sendable {
  let id: ConsentID
  private let pieces: [LiveGrant]

  /// Nil where nothing of the grant gives keys for this.
  init?(_ id: ConsentID, for asked: ConsentRequest, _ book: ConsentBook, at now: Int64) {
    guard asked.action != .compute else { return nil }
    self.id = id
    pieces = book.live(for: asked.reader, at: now).filter {
      $0.id == id && $0.givesKeys && $0.actions.contains(asked.action)
        && $0.purposes.contains(asked.purpose) && $0.identity >= asked.identity
    }
    if pieces.isEmpty { return nil }
  }

  /// Whether one piece covers a category's measurements of a time.
  func covers(_ category: UInt16, _ time: TimeWindow) -> Bool {
    pieces.contains { $0.categories.contains(category) && $0.data.contains(time) }
  }

  /// Why a grant does not permit, or permits no more, an object of a release; nil when it does.
  static func miss(
    _ object: PlannedObject, of release: OpenRelease, _ book: ConsentBook, at now: Int64
  ) -> ConsentRefusal? {
    guard let consent = release.consent else { return nil }
    let asked = release.request.asked(by: release.reader)
    for part in [asked] + object.keys.map(asked.narrowed) {
      guard let misses = book.misses(of: consent, part, at: now) else { return .noGrant }
      if let first = misses.first { return first }
    }
    return DecidingGrant(consent, for: asked, book, at: now) == nil ? .action : nil
  }
}

extension ReleaseRequest {
  /// What leaves is bytes as they were recorded, with true times and serial numbers in them: that is
  /// never de-identified, however little was asked for.
  func asked(by reader: KeyFingerprint) -> ConsentRequest {
    ConsentRequest(
      reader: reader, categories: categories, action: action, purpose: purpose, data: window,
      identity: max(identity, .pseudonymous))
  }
}

extension ConsentRequest {
  /// The same for what one key opens.
  fileprivate func narrowed(to key: ReleasedKey) -> ConsentRequest {
    ConsentRequest(
      reader: reader, categories: [key.category], action: action, purpose: purpose, data: key.time,
      identity: identity)
  }
}
