internal import FluxgateConsent
internal import FluxgateRecording
internal import FluxgateSeal

/// What a decided request may reach.
struct ReleaseScope: Sendable {
  let reader: KeyFingerprint
  let isPatient: Bool
  let categories: Set<UInt16>
  let window: TimeWindow
  /// The reader's grants that hold at the instant of release.
  let grants: [LiveGrant]

  /// The patient may have all there is, also what no span says the time of.
  var isUnbounded: Bool { isPatient && window == TimeWindow() }

  /// Whether what an epoch holds of these categories was measured within the window.
  func covers(_ span: EpochSpan, _ categories: Set<UInt16>) -> Bool {
    guard span.isEnded, let range = span.range(of: categories) else { return false }
    return window.contains(TimeWindow(from: range.from, until: range.until))
  }

  /// Whether the reader may have every key in a capsule now: one that was made under a wider grant,
  /// which has ended, stays in the vault.
  func permits(_ capsule: Capsule, _ span: EpochSpan?) -> Bool {
    guard capsule.recipient == reader else { return false }
    if isPatient { return true }
    return capsule.entries.allSatisfy { entry in
      guard let range = span?.range(of: [entry.category]) else { return false }
      let epoch = TimeWindow(from: range.from, until: range.until)
      return grants.contains {
        $0.categories.contains(entry.category) && $0.data.contains(epoch)
      }
    }
  }
}
