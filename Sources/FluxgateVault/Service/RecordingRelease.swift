internal import FluxgateConsent
internal import FluxgateRecording
internal import FluxgateSeal

/// Chooses what of one recording a reader may have, by its signed documents.
///
/// An epoch is released whole or not at all: where its span lies within the window, and a capsule for
/// this reader holds no key that they may not have. Nothing that a tombstone covers is released,
/// whether or not it has come back into the vault.
struct RecordingRelease {
  private let vault: DirectoryVault
  private let scope: ReleaseScope
  private let head: HeadDocument
  private let patient: PatientPublicKey
  private var erasures: Erasures
  /// Those that reach this recording.
  private var tombstones: [KeptTombstone] = []
  private(set) var objects: [PlannedObject] = []

  private struct Epoch {
    var span: (EpochSpan, PlannedObject)?
    var capsules: [PlannedObject] = []
  }

  private var recording: [UInt8] { head.recording }
  /// What is asked for and is there.
  private var categories: Set<UInt16> { scope.categories.intersection(head.categories) }

  /// - Throws: an object of the recording that is damaged or missing.
  init(
    _ recording: [UInt8], in vault: DirectoryVault, of patient: PatientPublicKey,
    for scope: ReleaseScope, under tombstones: [KeptTombstone]
  ) throws(VaultError) {
    self.vault = vault
    self.scope = scope
    self.patient = patient
    let bytes = try vault.get(.head(recording))
    head = try checked(.head(recording)) { () throws(ObjectFault) in
      let head = try HeadDocument(bytes)
      guard head.recording == recording else { throw .place }
      return head
    }
    erasures = Erasures([], of: recording, began: nil)
    guard !categories.isEmpty else { return }
    try checkPairing()
    if let found = try tombstones.erasures(of: recording, in: vault) { erasures = found }
    self.tombstones = tombstones.filter { erasures.tombstones.contains($0.tombstone) }
    if !erasures.isWhole { try choose() }
  }

  private func checkPairing() throws(VaultError) {
    let bytes = try vault.get(.pairing(recording))
    _ = try checked(.pairing(recording)) { [head, patient] () throws(ObjectFault) in
      try PairingDocument.read(bytes, of: head, by: patient)
    }
  }

  /// What of an epoch is asked for, is there and is not erased.
  private func categories(of epoch: UInt32) -> Set<UInt16> {
    categories.filter { !erasures.covers($0, epoch) }
  }

  private mutating func choose() throws(VaultError) {
    let epochs = try self.epochs().filter { !$0.value.capsules.isEmpty }
    let manifests = try self.manifests()
    let chosen = manifests.filter { epochs[$0.epoch] != nil }
    guard let last = chosen.last else { return }
    try addOpening()
    for manifest in manifests.prefix(while: { $0.segment <= last.segment }) {
      try add(
        "manifests/\(padded(manifest.segment)).manifest",
        .manifest(recording, manifest.segment))
      try addProof(manifest.segment)
    }
    for manifest in chosen { addSegment(manifest) }
    for number in Set(chosen.map(\.epoch)).sorted() {
      guard let epoch = epochs[number] else { continue }
      if let span = epoch.span { objects.append(span.1) }
      objects += epoch.capsules
    }
    if !isWhole(chosen, of: manifests) { addPartNote(chosen) }
  }

  private func isWhole(_ chosen: [ManifestDocument], of all: [ManifestDocument]) -> Bool {
    scope.isPatient && chosen.count == all.count
      && chosen.allSatisfy { categories(of: $0.epoch) == Set(head.categories) }
  }

  private mutating func addOpening() throws(VaultError) {
    try add("recording", .head(recording))
    try add("pairing", .pairing(recording))
    if try vault.byteCount(.salt(recording)) != nil { try add("salt", .salt(recording)) }
    for kept in tombstones { add("erasures/\(kept.tombstone.text).tombstone", kept.file) }
  }

  /// A proof may gain cosignatures until it is fetched.
  private mutating func addProof(_ segment: UInt32) throws(VaultError) {
    let object = ObjectName.proof(recording, segment)
    guard try vault.byteCount(object) != nil else { return }
    let file = "proofs/\(padded(segment)).tlog-proof"
    objects.append(
      PlannedObject(
        name: ReleasedName(recording: recording, file: file, size: nil, sha256: nil),
        source: .object(object, size: nil), digest: nil))
  }

  private mutating func addSegment(_ manifest: ManifestDocument) {
    let file = "segments/\(padded(manifest.segment)).h5"
    let categories = categories(of: manifest.epoch)
    guard categories == Set(head.categories) else {
      let part = SegmentSource(
        recording: recording, number: manifest.segment, segment: manifest.object,
        categories: categories)
      objects.append(
        PlannedObject(
          name: ReleasedName(recording: recording, file: file, size: nil, sha256: nil),
          source: .part(part), digest: manifest.file.sha256))
      return
    }
    objects.append(planned(file, manifest.object, manifest.file))
  }

  private mutating func addPartNote(_ chosen: [ManifestDocument]) {
    add("part", PartNote(categories: categories, segments: Set(chosen.map(\.segment))).encoded)
  }

  private mutating func add(_ file: String, _ bytes: [UInt8]) {
    let digest = SHA256.digest(bytes)
    objects.append(
      PlannedObject(
        name: ReleasedName(
          recording: recording, file: file, size: UInt64(bytes.count), sha256: digest),
        source: .bytes(bytes), digest: digest))
  }

  private mutating func add(_ file: String, _ object: ObjectName) throws(VaultError) {
    objects.append(planned(file, object, try vault.head(object)))
  }

  private func planned(
    _ file: String, _ object: ObjectName, _ head: DirectoryVault.Head
  ) -> PlannedObject {
    PlannedObject(
      name: ReleasedName(
        recording: recording, file: file, size: head.byteCount, sha256: head.sha256),
      source: .object(object, size: head.byteCount), digest: head.sha256)
  }
}

extension RecordingRelease {
  /// Every manifest from 1 on, each following the one before.
  private func manifests() throws(VaultError) -> [ManifestDocument] {
    let numbers = try vault.list(ObjectName.manifests(recording))
      .compactMap { segmentNumber($0.last) }
    var found: [ManifestDocument] = []
    for number in 1..<(UInt64(numbers.max() ?? 0) + 1) {
      let name = ObjectName.manifest(recording, UInt32(number))
      let bytes = try vault.get(name)
      let previous = found.last?.digest ?? head.digest
      found.append(
        try checked(name) { [head] () throws(ObjectFault) in
          try ManifestDocument(bytes, UInt32(number), of: head, after: previous)
        })
    }
    return found
  }

  /// The epochs within the scope, with the reader's capsules.
  private func epochs() throws(VaultError) -> [UInt32: Epoch] {
    var epochs: [UInt32: Epoch] = [:]
    let wanted = hexadecimal(scope.reader.bytes.prefix(8))
    for object in try vault.list(ObjectName.capsules(recording)) {
      guard let name = CapsuleFileName(object.last), name.recipient == wanted else { continue }
      var epoch =
        if let known = epochs[name.epoch] { known } else { Epoch(span: try span(of: name.epoch)) }
      if let capsule = try capsule(object, name, epoch.span?.0) { epoch.capsules.append(capsule) }
      epochs[name.epoch] = epoch
    }
    return epochs
  }

  /// Nil where the epoch is not to be released, or not by this capsule.
  private func capsule(
    _ object: ObjectName, _ name: CapsuleFileName, _ span: EpochSpan?
  ) throws(VaultError) -> PlannedObject? {
    let categories = categories(of: name.epoch)
    guard scope.isUnbounded || span.map({ scope.covers($0, categories) }) ?? false else {
      return nil
    }
    let bytes = try vault.get(object, limit: Capsule.byteCountMax)
    // Whoever can write to the vault can put one: it is nobody's, and keeps nothing from its reader.
    let signer = (try? Capsule.inspect(bytes))?.signer
    if let signer, signer != head.gateway, signer != patient.signing { return nil }
    let capsule = try checked(object) { [head, patient] () throws(ObjectFault) in
      try CapsuleDocument.check(bytes, named: name, of: head, patient: patient)
      guard let capsule = try? Capsule.inspect(bytes) else { throw .encoding }
      return capsule
    }
    guard
      let keys = scope.keys(of: capsule, named: name, span, leftBy: tombstoneDigits),
      capsule.entries.contains(where: { categories.contains($0.category) }),
      !capsule.entries.contains(where: { erasures.covers($0.category, $0.epoch) })
    else { return nil }
    var planned = planned(
      "capsules/\(name.text)", object,
      DirectoryVault.Head(byteCount: UInt64(bytes.count), sha256: SHA256.digest(bytes)))
    planned.keys = keys
    return planned
  }

  private var tombstoneDigits: Set<String> {
    Set(tombstones.map { String($0.tombstone.text.prefix(8)) })
  }

  private func span(of epoch: UInt32) throws(VaultError) -> (EpochSpan, PlannedObject)? {
    let name = ObjectName.span(recording, epoch)
    guard try vault.byteCount(name) != nil else { return nil }
    let bytes = try vault.get(name, limit: EpochSpan.byteCountMax)
    let span = try checked(name) { [head] () throws(ObjectFault) in
      try SpanDocument.read(bytes, epoch, of: head)
    }
    let file = DirectoryVault.Head(byteCount: UInt64(bytes.count), sha256: SHA256.digest(bytes))
    return (span, planned("spans/\(padded(epoch)).span", name, file))
  }
}
