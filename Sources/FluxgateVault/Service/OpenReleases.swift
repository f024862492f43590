internal import FluxgateConsent
internal import FluxgateSeal

/// Releases whose objects can be fetched. They are in memory only: after a restart, or a quarter of
/// an hour, a reader asks again, and that is an entry of its own.
struct OpenReleases: Sendable {
  private static let countMax = 1024
  private var open: [[UInt8]: OpenRelease] = [:]

  mutating func add(_ release: OpenRelease) {
    open = open.filter { $0.value.isOpen(at: release.at) }
    if open.count >= Self.countMax, let oldest = open.min(by: { $0.value.at < $1.value.at }) {
      open[oldest.key] = nil
    }
    open[release.id] = release
  }

  func find(_ id: [UInt8], at now: Int64) -> OpenRelease? {
    open[id].flatMap { $0.isOpen(at: now) ? $0 : nil }
  }

  /// Those that can be fetched from.
  func names(at now: Int64) -> Set<[UInt8]> {
    Set(open.values.filter { $0.isOpen(at: now) }.map(\.id))
  }

  mutating func close(_ id: [UInt8]) { open[id] = nil }

  /// Ends every release that hands out something of a recording that the tombstone may reach.
  mutating func close(reachedBy tombstone: Tombstone) {
    open = open.filter { _, release in
      !release.recordings.contains { tombstone.scope.recording ?? $0 == $0 }
    }
  }
}

/// A release that was entered.
struct OpenRelease: Sendable {
  let id: [UInt8]
  let reader: KeyFingerprint
  let request: ReleaseRequest
  /// The grant it was decided by; nil for the patient.
  let consent: ConsentID?
  /// When it was decided.
  let at: Int64
  let recordings: Set<[UInt8]>
  private let objects: [String: PlannedObject]

  init(
    _ id: [UInt8], to reader: KeyFingerprint, _ request: ReleaseRequest, by consent: ConsentID?,
    at now: Int64, _ objects: [PlannedObject]
  ) {
    self.id = id
    self.reader = reader
    self.request = request
    self.consent = consent
    at = now
    self.objects = Dictionary(objects.map { ($0.name.name, $0) }) { first, _ in first }
    recordings = Set(objects.map(\.name.recording))
  }

  func object(_ name: String) -> PlannedObject? { objects[name] }

  func isOpen(at now: Int64) -> Bool { now < at + Release.lifetimeSeconds }
}
