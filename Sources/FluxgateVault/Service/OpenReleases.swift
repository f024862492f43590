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

  mutating func close(_ id: [UInt8]) { open[id] = nil }

  /// Ends every release that hands out something of a recording.
  mutating func close(holding recording: [UInt8]) {
    open = open.filter { !$0.value.holds(recording) }
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
  private let sources: [String: PlannedObject.Source]
  private let recordings: Set<[UInt8]>

  init(
    _ id: [UInt8], to reader: KeyFingerprint, _ request: ReleaseRequest, by consent: ConsentID?,
    at now: Int64, _ objects: [PlannedObject]
  ) {
    self.id = id
    self.reader = reader
    self.request = request
    self.consent = consent
    at = now
    sources = Dictionary(objects.map { ($0.name.name, $0.source) }) { first, _ in first }
    recordings = Set(objects.map(\.name.recording))
  }

  func source(_ name: String) -> PlannedObject.Source? { sources[name] }

  func holds(_ recording: [UInt8]) -> Bool { recordings.contains(recording) }

  func isOpen(at now: Int64) -> Bool { now < at + Release.lifetimeSeconds }
}
