internal import FluxgateConsent
internal import FluxgateRecording
internal import FluxgateSeal

/// What a decided request may reach.
struct ReleaseScope: Hashable, Sendable {
  let reader: KeyFingerprint
  /// By which it is decided; nil for the patient.
  let grant: DecidingGrant?
  let categories: Set<UInt16>
  let window: TimeWindow

  var isPatient: Bool { grant == nil }
  /// The patient may have all there is, also what no span says the time of.
  var isUnbounded: Bool { isPatient && window == TimeWindow() }

  /// Whether what an epoch holds of these categories was measured within the window.
  func covers(_ span: EpochSpan, _ categories: Set<UInt16>) -> Bool {
    guard span.isEnded, let range = span.range(of: categories) else { return false }
    return window.contains(TimeWindow(from: range.from, until: range.until))
  }

  /// What a capsule opens, where the reader may have every key of it now; nil where not.
  ///
  /// Never keys of another grant: that may end, or be for another purpose. A capsule of before
  /// grants had capsules of their own, and one that an erasure has left of it, names none: its keys
  /// are looked at alone.
  ///
  /// - Parameter tombstones: first 8 digits of the ids of those that reach the recording.
  func keys(
    of capsule: Capsule, named name: CapsuleFileName, _ span: EpochSpan?,
    leftBy tombstones: Set<String>
  ) -> [ReleasedKey]? {
    guard capsule.recipient == reader else { return nil }
    guard let grant else { return [] }
    if let under = name.grant, !name.isUnder(grant.id), !tombstones.contains(under) { return nil }
    var keys: [ReleasedKey] = []
    for entry in capsule.entries {
      guard let range = span?.range(of: [entry.category]) else { return nil }
      let time = TimeWindow(from: range.from, until: range.until)
      guard grant.covers(entry.category, time) else { return nil }
      keys.append(ReleasedKey(category: entry.category, time: time))
    }
    return keys
  }
}
