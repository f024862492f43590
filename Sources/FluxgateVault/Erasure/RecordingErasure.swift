internal import FluxgateLedger
internal import FluxgateRecording
internal import FluxgateSeal

/// Erases one recording in one place, as its patient's tombstones say. May be stopped anywhere and
/// run again.
///
/// What later steps need goes last: the ledger's entries are kept before the salt goes, a
/// replacement is seen before a capsule goes.
struct RecordingErasure<Place: RecordingPlace> {
  private let place: Place
  let erasures: Erasures
  let head: HeadDocument?
  private let patient: KeyFingerprint
  private let gateway: VerifyingKey
  private var report: ErasedRecording

  /// - Parameter tombstones: of anybody; those of the patient whom the recording's pairing names
  ///   count. Nil where there is no pairing: whose it is, nobody can say.
  init?(_ tombstones: [Tombstone], of recording: [UInt8], in place: Place) throws(VaultError) {
    guard let pairing = try place.pairing().flatMap({ try? Pairing.read($0) }) else { return nil }
    self.place = place
    patient = pairing.patient
    gateway = pairing.gateway
    head = try place.head().flatMap { try? HeadDocument($0) }
    let own = tombstones.filter { $0.patient == pairing.patient }
    let spans = own.isEmpty ? [] : try Self.spans(place, recording, pairing.gateway)
    erasures = Erasures(
      own, of: recording, began: try Self.began(place, spans), spans: spans)
    report = ErasedRecording(
      recording: hexadecimal(erasures.recording), isWhole: erasures.isWhole)
  }

  /// No later than this: when it came to lie here, or the end of all that it holds. Nil once nothing
  /// is left that could be erased.
  private static func began(
    _ place: Place, _ spans: [EpochSpan]
  ) throws(VaultError) -> Int64? {
    if try place.read(.salt) == nil, try place.capsules().isEmpty { return nil }
    return [try place.made(), spans.map(\.until).max()].compactMap { $0 }.min()
  }

  /// Those that say when an epoch was.
  private static func spans(
    _ place: Place, _ recording: [UInt8], _ gateway: VerifyingKey
  ) throws(VaultError) -> [EpochSpan] {
    var spans: [EpochSpan] = []
    for epoch in try place.spans() {
      guard let bytes = try place.read(.span(epoch)),
        let span = try? EpochSpan.read(bytes, gateway: gateway),
        span.recording == recording, span.epoch == epoch
      else { continue }
      spans.append(span)
    }
    return spans
  }

  /// Capsules of the patient that must be sealed anew before ``run()`` may take them away.
  func pending() throws(VaultError) -> [String] {
    let standings = try standings()
    return standings.filter { $0.isMixed && isPatients($0) && !isReplaced($0, by: standings) }
      .map(\.name)
  }

  func standings() throws(VaultError) -> [CapsuleStanding] {
    var standings: [CapsuleStanding] = []
    let trust = try trust()
    for name in try place.capsules() {
      guard let bytes = try place.read(.capsule(name)) else { continue }
      standings.append(CapsuleStanding(name, bytes, under: erasures, trusting: trust))
    }
    return standings
  }

  /// The tombstones carry the patient's key.
  func trust() throws(VaultError) -> CapsuleTrust {
    CapsuleTrust(
      erasures.recording, [gateway] + erasures.tombstones.map(\.signing),
      try manifests().map(\.1))
  }

  private func isPatients(_ standing: CapsuleStanding) -> Bool {
    standing.capsule?.recipient == patient
  }

  private func isReplaced(
    _ standing: CapsuleStanding, by standings: [CapsuleStanding]
  ) -> Bool {
    standings.contains { $0.replaces(standing) }
  }

  /// Those that can be read, each following the one before it.
  private func manifests() throws(VaultError) -> [(UInt32, ManifestDocument)] {
    guard let head else { return [] }
    var found: [(UInt32, ManifestDocument)] = []
    var previous = head.digest
    for number in try place.manifests() {
      guard let bytes = try place.read(.manifest(number)) else { continue }
      if let manifest = try? ManifestDocument(bytes, number, of: head, after: previous) {
        found.append((number, manifest))
      }
      previous = SHA256.digest(bytes)
    }
    return found
  }
}

extension RecordingErasure where Place: ErasurePlace {
  mutating func run() throws(VaultError) -> ErasedRecording {
    guard !erasures.isEmpty else { return report }
    try place.removeLeftovers()
    try removeCapsules()
    try removeSpans()
    if erasures.isWhole {
      for journal in try place.journals() { try remove(.journal(journal)) }
    }
    try removeCiphertext()
    if erasures.isWhole { try removeSalt() }
    return report
  }

  private mutating func removeSpans() throws(VaultError) {
    let categories = head?.categories ?? []
    for epoch in try place.spans() where erasures.takesSpan(epoch, of: categories) {
      try remove(.span(epoch))
    }
  }

  private mutating func removeCapsules() throws(VaultError) {
    let standings = try standings()
    for standing in standings where isDoomed(standing) {
      if standing.isMixed, !isReplaced(standing, by: standings) {
        guard !isPatients(standing) else {
          report.pending.append(standing.name)
          continue
        }
        report.unreplaced.append(standing.name)
      }
      if standing.capsule == nil, !erasures.isWhole { report.unreadable.append(standing.name) }
      try remove(.capsule(standing.name))
    }
  }

  private func isDoomed(_ standing: CapsuleStanding) -> Bool {
    if erasures.isWhole || !standing.erased.isEmpty { return true }
    guard standing.capsule == nil, let name = CapsuleFileName(standing.name) else { return false }
    return reach(name.epoch) != .nothing
  }

  private func reach(_ epoch: UInt32) -> ErasureReach {
    if erasures.isWhole { return .all }
    return erasures.reach(epoch, of: head?.categories ?? [])
  }

  private mutating func removeCiphertext() throws(VaultError) {
    guard let head else { return }
    for (_, manifest) in try manifests()
    where erasures.takesCiphertext(manifest.epoch, of: head.categories) {
      try remove(.segment(manifest.segment, digest: manifest.file.sha256))
    }
  }

  /// The entry of each proof is kept, so that the proof still verifies; then the salt goes.
  private mutating func removeSalt() throws(VaultError) {
    if let salt = try place.read(.salt), salt.count == 32 {
      for segment in try place.manifests() {
        guard try place.read(.proof(segment)) != nil,
          let manifest = try place.read(.manifest(segment))
        else { continue }
        try place.write(
          .entry(segment), ClosedSegment.entry(manifest: manifest, salt: salt))
      }
    }
    try remove(.salt)
  }

  private mutating func remove(_ file: ErasureFile) throws(VaultError) {
    if let name = try place.remove(file) { report.removed.append(name) }
  }
}
