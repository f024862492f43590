internal import FluxgateConsent
internal import FluxgateSeal

/// What of the patient's own word lies in a vault: consents and tombstones, by the digests of their
/// files, which is how the trail names them.
struct StoredWords {
  /// Everything that lies with the consents, whether it counts or not.
  let consents: [[UInt8]: [UInt8]]
  /// Those of the patient.
  let tombstones: [[UInt8]: Tombstone]
  private let patient: PatientPublicKey

  init(
    _ source: TrailSource, of patient: PatientPublicKey
  ) async throws(TrailError) {
    self.patient = patient
    consents = Self.byDigest(try await source.consents()) { $0 }
    tombstones = Self.byDigest(try await source.tombstones()) {
      try? Tombstone.open($0, of: patient.keyFingerprint)
    }
  }

  /// What counts and no record of the trail tells of.
  func unentered(in lines: [TrailLine]) -> [TrailFinding] {
    let entered = Set(lines.compactMap(\.record.objects))
    var names = tombstones.filter { !entered.contains($0.key) }
      .map { ObjectName.tombstone($0.value) }
    let all = Array(consents)
    let book = ConsentBook(patient: patient, records: all.map { ($0.value, nil) })
    let refused = Set(book.refused.map(\.index))
    for (place, item) in all.enumerated()
    where !refused.contains(place) && !entered.contains(item.key) {
      if let consent = try? SignedConsent(item.value) { names.append(.consent(consent.record.id)) }
    }
    return names.sorted().map { .unentered($0.text) }
  }

  private static func byDigest<Word>(
    _ files: [[UInt8]], _ read: ([UInt8]) -> Word?
  ) -> [[UInt8]: Word] {
    var words: [[UInt8]: Word] = [:]
    for file in files { words[SHA256.digest(file)] = read(file) }
    return words
  }
}
