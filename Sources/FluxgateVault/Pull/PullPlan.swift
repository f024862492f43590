internal import FluxgateLedger
internal import FluxgateRecording
internal import FluxgateSeal

/// What a recording in the vault consists of, by its signed documents, each of them checked.
struct PullPlan {
  let vault: DirectoryVault
  let patient: PatientSecret
  let head: HeadDocument
  /// Judges proofs by the log that the patient's pairing names.
  let proofCheck: LedgerProofCheck
  private(set) var items: [PullItem] = []
  private var manifests: [ManifestDocument] = []
  private var salt: [UInt8]?
  private let erasures: Erasures

  /// Manifests are listed first: what they need was put before them, and a push may be under way.
  init(
    _ recording: [UInt8], in vault: DirectoryVault, patient: PatientSecret,
    witnesses: WitnessQuorum = .none
  ) throws(VaultError) {
    self.vault = vault
    self.patient = patient
    let bytes = try vault.get(.head(recording))
    head = try checked(.head(recording)) { () throws(ObjectFault) in try HeadDocument(bytes) }
    guard head.recording == recording else {
      throw .refused(ObjectName.head(recording).text, .place)
    }
    proofCheck = try Self.proofCheck(vault, head, patient.publicKey, witnesses)
    erasures =
      try VaultErasure.erasures(of: recording, in: vault)
      ?? Erasures([], of: recording, began: nil)
    try add("recording", .head(recording), bytes)
    try add("pairing", .pairing(recording), try vault.get(.pairing(recording)))
    try addErasures()
    try addManifests()
    try addSalt()
    try addCapsules()
    try addProofs()
    try addSpans()
  }

  var segmentCount: Int { manifests.count }

  private static func proofCheck(
    _ vault: DirectoryVault, _ head: HeadDocument, _ patient: PatientPublicKey,
    _ witnesses: WitnessQuorum
  ) throws(VaultError) -> LedgerProofCheck {
    let name = ObjectName.pairing(head.recording)
    let bytes = try vault.get(name)
    let pairing = try checked(name) { () throws(ObjectFault) in
      try PairingDocument.read(bytes, of: head, by: patient)
    }
    do {
      return try LedgerProofCheck(pairing, witnesses: witnesses)
    } catch {
      throw .refused(name.text, .logKey(error))
    }
  }

  private mutating func add(
    _ file: String, _ object: ObjectName, _ bytes: [UInt8]
  ) throws(VaultError) {
    let expected = DirectoryVault.Head(
      byteCount: UInt64(bytes.count), sha256: SHA256.digest(bytes))
    items.append(PullItem(file: file, object: object, expected: expected))
  }

  private mutating func addErasures() throws(VaultError) {
    for tombstone in erasures.tombstones where tombstone.patient == patient.publicKey.keyFingerprint
    {
      let name = ObjectName.tombstone(tombstone)
      try add("erasures/\(tombstone.text).tombstone", name, try vault.get(name))
    }
  }

  /// Every number up to the last one: a manifest that was taken away is named.
  private mutating func addManifests() throws(VaultError) {
    let numbers = try vault.list(ObjectName.manifests(head.recording))
      .compactMap { segmentNumber($0.last) }
    var previous = head.digest
    for number in 1..<(UInt64(numbers.max() ?? 0) + 1) {
      let manifest = try addManifest(UInt32(number), after: previous)
      previous = manifest.digest
    }
  }

  private mutating func addManifest(
    _ number: UInt32, after previous: [UInt8]
  ) throws(VaultError) -> ManifestDocument {
    let name = ObjectName.manifest(head.recording, number)
    let bytes = try vault.get(name)
    let manifest = try checked(name) { [head] () throws(ObjectFault) in
      try ManifestDocument(bytes, number, of: head, after: previous)
    }
    manifests.append(manifest)
    try add("manifests/\(padded(number)).manifest", name, bytes)
    let isThere = try vault.byteCount(manifest.object) != nil
    if isThere || !erasures.takesCiphertext(manifest.epoch, of: head.categories) {
      items.append(
        PullItem(
          file: "segments/\(padded(number)).h5", object: manifest.object, expected: manifest.file))
    }
    return manifest
  }

  private mutating func addSalt() throws(VaultError) {
    let name = ObjectName.salt(head.recording)
    guard let size = try vault.byteCount(name) else { return }
    guard size == 32 else { throw .refused(name.text, .size(size, expected: 32)) }
    let bytes = try vault.get(name)
    salt = bytes
    try add("salt", name, bytes)
  }

  private mutating func addCapsules() throws(VaultError) {
    var own: Set<UInt32> = []
    var count = 0
    for object in try vault.list(ObjectName.capsules(head.recording)) {
      guard let name = CapsuleFileName(object.last) else {
        throw .refused(object.text, .place)
      }
      let bytes = try vault.get(object)
      try checked(object) { () throws(ObjectFault) in try check(bytes, name) }
      if name.isFor(patient.publicKey.keyFingerprint) { own.insert(name.epoch) }
      count += 1
      try add("capsules/\(name.text)", object, bytes)
    }
    let isErased = salt == nil && count == 0
    for manifest in manifests where !isErased && !own.contains(manifest.epoch) {
      if erasures.reach(manifest.epoch, of: head.categories) == .all { continue }
      throw .noObject(ObjectName.capsule(head.recording, ownCapsule(manifest.epoch)).text)
    }
  }

  private func check(_ bytes: [UInt8], _ name: CapsuleFileName) throws(ObjectFault) {
    try CapsuleDocument.check(bytes, named: name, of: head, patient: patient.publicKey)
    guard name.isFor(patient.publicKey.keyFingerprint) else { return }
    try CapsuleDocument.open(bytes, with: patient, of: head)
  }

  private func ownCapsule(_ epoch: UInt32) -> CapsuleFileName {
    CapsuleFileName(epoch: epoch, recipient: patient.publicKey.keyFingerprint)
  }

  private mutating func addSpans() throws(VaultError) {
    for object in try vault.list(ObjectName.spans(head.recording)) {
      guard let epoch = segmentNumber(object.last) else { throw .refused(object.text, .place) }
      let bytes = try vault.get(object, limit: 1 << 20)
      _ = try checked(object) { [head] () throws(ObjectFault) in
        try SpanDocument.read(bytes, epoch, of: head)
      }
      try add("spans/\(padded(epoch)).span", object, bytes)
    }
  }

  /// Proofs of segments that came after the list of manifests are left for the next pull.
  private mutating func addProofs() throws(VaultError) {
    for object in try vault.list(ObjectName.proofs(head.recording)) {
      guard let number = segmentNumber(object.last) else { throw .refused(object.text, .place) }
      guard number <= UInt32(manifests.count) else { continue }
      let bytes = try vault.get(object, limit: 1 << 20)
      try checkProof(object, bytes, of: manifests[Int(number) - 1], try addEntry(number))
      try add("proofs/\(padded(number)).tlog-proof", object, bytes)
    }
  }

  /// The entry that was kept when the salt was erased.
  private mutating func addEntry(_ number: UInt32) throws(VaultError) -> [UInt8]? {
    let name = ObjectName.entry(head.recording, number)
    guard salt == nil, let size = try vault.byteCount(name) else { return nil }
    guard size == 32 else { throw .refused(name.text, .size(size, expected: 32)) }
    let bytes = try vault.get(name)
    try add("proofs/\(padded(number)).entry", name, bytes)
    return bytes
  }

  /// Without the salt nothing ties a proof to its segment any more, but to the entry that was kept.
  private func checkProof(
    _ object: ObjectName, _ bytes: [UInt8], of manifest: ManifestDocument, _ kept: [UInt8]?
  ) throws(VaultError) {
    let made = salt.flatMap {
      try? LedgerEntry.segment(salt: $0, manifestDigest: manifest.digest)
    }
    guard let entry = made ?? kept else { return }
    try checked(object) { () throws(ObjectFault) in
      try proofCheck.check(entry, bytes)
    }
  }
}
